# The service in a container:
#
#   docker build -t statekeep .
#   docker run --read-only --cap-drop ALL --security-opt no-new-privileges \
#     -p 8080:8080 -v statekeep:/var/lib/statekeep statekeep
#
# Everything else the jar can do, too: docker run --rm statekeep keys new

FROM maven:3.9-eclipse-temurin-25 AS build
WORKDIR /src
# What changes least comes first: dependencies are fetched again only when the pom changes.
COPY pom.xml ./
COPY .mvn .mvn
RUN ["mvn", "-B", "-ntp", "-q", "org.apache.maven.plugins:maven-dependency-plugin:3.9.0:go-offline"]
COPY src/main src/main
RUN ["mvn", "-B", "-ntp", "-q", "-Dmaven.test.skip=true", "package"]

# A node that tries itself out teaches the JVM what a start needs: it then takes less than half as long. The database and
# the secrets of that node stay here.
FROM eclipse-temurin:25-jre AS trial
WORKDIR /tmp/trial
COPY --from=build /src/target/statekeep.jar /opt/statekeep/statekeep.jar
RUN ["java", "--sun-misc-unsafe-memory-access=allow", "-XX:AOTCacheOutput=/opt/statekeep/statekeep.aot", \
     "-jar", "/opt/statekeep/statekeep.jar", "serve", "--trial"]

FROM eclipse-temurin:25-jre
LABEL org.opencontainers.image.title="Statekeep" \
      org.opencontainers.image.description="The session and cookie service for the web" \
      org.opencontainers.image.licenses="Apache-2.0"

# All that is ever written: the embedded database and the secrets beside it. With a database server or Redis, nothing.
RUN ["install", "-d", "-o", "65532", "-g", "65532", "-m", "0700", "/var/lib/statekeep"]
VOLUME /var/lib/statekeep
WORKDIR /var/lib/statekeep

# The cache is good for this very jar and JVM, and ignored by others.
COPY --from=trial /opt/statekeep/statekeep.jar /opt/statekeep/statekeep.aot /opt/statekeep/

# Within a container every address is its own. These go over a configuration file, as all of the environment does.
ENV STATEKEEP_HTTP_HOST=0.0.0.0 \
    STATEKEEP_MANAGEMENT_HOST=0.0.0.0
# The rest of the memory is for network buffers, code and threads. What runs out of heap ends, and is started again.
# Nothing is kept in the temporary folder; where it can be written and executed from (--tmpfs /tmp:exec), the kernel's
# own event mechanism is used, else that of the JDK. Network buffers are cheaper to reach with the access that JDK 25
# would still only warn about.
ENV JDK_JAVA_OPTIONS="-XX:MaxRAMPercentage=60 -XX:+ExitOnOutOfMemoryError -XX:-UsePerfData \
    -XX:+ErrorFileToStderr -Djava.io.tmpdir=/tmp \
    -XX:AOTCache=/opt/statekeep/statekeep.aot --sun-misc-unsafe-memory-access=allow"

# A number, so that an orchestrator can tell that it is not root.
USER 65532:65532
EXPOSE 8080 8081
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 \
    CMD ["java", "-Xmx32m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", \
         "-jar", "/opt/statekeep/statekeep.jar", "health"]
ENTRYPOINT ["java", "-jar", "/opt/statekeep/statekeep.jar"]
CMD ["serve"]
