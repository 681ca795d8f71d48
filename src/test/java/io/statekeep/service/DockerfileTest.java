package io.statekeep.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.service.config.Config;
import io.vertx.core.json.JsonArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the image promises, as far as its recipe tells. */
class DockerfileTest {
  private static final Pattern PAIR = Pattern.compile("([A-Z_]+)=(?:\"([^\"]*)\"|(\\S*))");

  private static List<Instruction> build;
  private static List<Instruction> trial;
  private static List<Instruction> runtime;

  private record Instruction(String name, String arguments) {
    List<String> exec() {
      return new JsonArray(arguments.substring(arguments.indexOf('[')))
          .stream().map(String.class::cast).toList();
    }
  }

  @BeforeAll
  static void read() throws IOException {
    String text = Files.readString(Path.of("Dockerfile"));
    List<List<Instruction>> stages = new ArrayList<>();
    // Comments go, then lines that go on in the next one become one.
    String joined = text.replaceAll("(?m)^\\s*#.*\\R?", "").replaceAll("\\\\\\R\\s*", " ");
    for (String line : joined.lines().filter(line -> !line.isBlank()).toList()) {
      int space = line.indexOf(' ');
      Instruction instruction =
          new Instruction(line.substring(0, space), line.substring(space + 1).strip());
      if (instruction.name.equals("FROM")) {
        stages.add(new ArrayList<>());
      }
      stages.get(stages.size() - 1).add(instruction);
    }
    assertThat(stages).hasSize(3);
    build = stages.get(0);
    trial = stages.get(1);
    runtime = stages.get(2);
  }

  private static List<String> all(List<Instruction> stage, String name) {
    return stage.stream().filter(i -> i.name.equals(name)).map(Instruction::arguments).toList();
  }

  private static Instruction only(String name) {
    List<Instruction> found = runtime.stream().filter(i -> i.name.equals(name)).toList();
    assertThat(found).as(name).hasSize(1);
    return found.get(0);
  }

  private static Map<String, String> environment() {
    Map<String, String> environment = new HashMap<>();
    for (String arguments : all(runtime, "ENV")) {
      for (MatchResult pair : PAIR.matcher(arguments).results().toList()) {
        environment.put(pair.group(1), pair.group(2) == null ? pair.group(3) : pair.group(2));
      }
    }
    return environment;
  }

  private static int indexOf(List<Instruction> stage, String name, String start) {
    for (int i = 0; i < stage.size(); i++) {
      if (stage.get(i).name.equals(name) && stage.get(i).arguments.startsWith(start)) {
        return i;
      }
    }
    throw new AssertionError("there is no " + name + " " + start);
  }

  @Test
  void itIsBuiltWithMavenAndRunsOnAJreAlone() {
    assertThat(all(build, "FROM")).containsExactly("maven:3.9-eclipse-temurin-25 AS build");
    assertThat(all(runtime, "FROM")).containsExactly("eclipse-temurin:25-jre");
  }

  @Test
  void theJarAndWhatItsTrialTaughtTheJvmAreAllThatTheBuildHandsOn() {
    assertThat(all(trial, "COPY"))
        .containsExactly("--from=build /src/target/statekeep.jar /opt/statekeep/statekeep.jar");
    assertThat(all(runtime, "COPY"))
        .containsExactly(
            "--from=trial /opt/statekeep/statekeep.jar /opt/statekeep/statekeep.aot"
                + " /opt/statekeep/");
    assertThat(all(trial, "ADD")).isEmpty();
    assertThat(all(runtime, "ADD")).isEmpty();
  }

  @Test
  void theTrialIsOfTheSameJvmAndServesAsTheImageDoes() {
    assertThat(all(trial, "FROM")).containsExactly(all(runtime, "FROM").get(0) + " AS trial");
    List<String> run =
        trial.stream().filter(i -> i.name.equals("RUN")).findFirst().orElseThrow().exec();
    assertThat(run).startsWith("java").endsWith("serve", "--trial");
    assertThat(run).containsAll(only("ENTRYPOINT").exec());
    // What the cache depends on is the same in both.
    List<String> options = List.of(environment().get("JDK_JAVA_OPTIONS").split("\\s+", -1));
    assertThat(options).contains("-XX:AOTCache=/opt/statekeep/statekeep.aot").contains(run.get(1));
    assertThat(run.get(2)).isEqualTo("-XX:AOTCacheOutput=/opt/statekeep/statekeep.aot");
  }

  @Test
  void dependenciesAreFetchedBeforeSourcesAreThere() {
    int pom = indexOf(build, "COPY", "pom.xml");
    int fetch = indexOf(build, "RUN", "[\"mvn\"");
    int sources = indexOf(build, "COPY", "src/main");
    assertThat(build.get(fetch).arguments).contains("go-offline");
    assertThat(pom).isLessThan(fetch);
    assertThat(fetch).isLessThan(sources);
    assertThat(build.get(build.size() - 1).arguments).contains("\"package\"");
  }

  @Test
  void theBuildSeesWhatItCopiesAndNothingElse() throws IOException {
    List<String> rules =
        Files.readAllLines(Path.of(".dockerignore")).stream()
            .filter(line -> !line.isBlank() && !line.startsWith("#"))
            .toList();
    assertThat(rules.get(0)).isEqualTo("*");
    List<String> copied =
        all(build, "COPY").stream().map(line -> line.substring(0, line.indexOf(' '))).toList();
    assertThat(rules.subList(1, rules.size()))
        .containsExactlyInAnyOrderElementsOf(copied.stream().map(path -> "!" + path).toList());
    assertThat(copied).allSatisfy(path -> assertThat(Path.of(path)).exists());
  }

  @Test
  void itRunsAsANumberThatIsNotRoot() {
    assertThat(only("USER").arguments).isEqualTo("65532:65532");
  }

  @Test
  void nothingNeedsAShell() {
    assertThat(only("ENTRYPOINT").exec())
        .containsExactly("java", "-jar", "/opt/statekeep/statekeep.jar");
    assertThat(only("CMD").exec()).containsExactly("serve");
    assertThat(only("HEALTHCHECK").exec())
        .startsWith("java")
        .endsWith("-jar", "/opt/statekeep/statekeep.jar", "health");
    List<Instruction> both = new ArrayList<>(trial);
    both.addAll(runtime);
    for (Instruction instruction : both) {
      assertThat(instruction.name).isNotEqualTo("SHELL");
      assertThat(instruction.name.equals("RUN") && !instruction.arguments.startsWith("["))
          .isFalse();
    }
  }

  @Test
  void theCommandsAreThoseThatThereAre() {
    assertThat(CommandRun.of(Map.of(), only("CMD").exec().get(0) + " --help").exit()).isZero();
    assertThat(CommandRun.of(Map.of(), "serve --trial --help").exit()).isZero();
    assertThat(CommandRun.of(Map.of(), "health --help").exit()).isZero();
  }

  @Test
  void whatIsWrittenIsInAVolumeOfThatUser() {
    String volume = only("VOLUME").arguments;
    assertThat(only("WORKDIR").arguments).isEqualTo(volume);
    assertThat(only("RUN").exec())
        .containsExactly("install", "-d", "-o", "65532", "-g", "65532", "-m", "0700", volume);
    // The database of the defaults is relative to the working directory.
    assertThat(Config.load(null, Map.of()).store().jdbc().url())
        .startsWith("jdbc:hsqldb:file:data/");
  }

  @Test
  void theListenersAreReachedFromOutside() {
    Map<String, String> environment = environment();
    environment.remove("JDK_JAVA_OPTIONS");
    Config config = Config.load(null, environment);
    assertThat(config.http().listener().host()).isEqualTo("0.0.0.0");
    assertThat(config.management().host()).isEqualTo("0.0.0.0");
    assertThat(only("EXPOSE").arguments)
        .isEqualTo(config.http().listener().port() + " " + config.management().port());
  }

  @Test
  void theHeapFollowsTheContainerAndItsEndIsTheEndOfTheProcess() {
    assertThat(environment().get("JDK_JAVA_OPTIONS").split(" ", -1))
        .contains("-XX:+ExitOnOutOfMemoryError", "-Djava.io.tmpdir=/tmp", "-XX:-UsePerfData")
        .filteredOn(option -> option.startsWith("-XX:MaxRAMPercentage="))
        .singleElement()
        .extracting(option -> Integer.valueOf(option.substring(option.indexOf('=') + 1)))
        .satisfies(percentage -> assertThat(percentage).isBetween(40, 75));
  }

  @Test
  void noSecretIsInTheImage() {
    assertThat(environment())
        .containsOnlyKeys("STATEKEEP_HTTP_HOST", "STATEKEEP_MANAGEMENT_HOST", "JDK_JAVA_OPTIONS");
    assertThat(all(build, "ARG")).isEmpty();
    // The trial makes secrets of its own, beside its database: only files of another folder leave.
    assertThat(all(trial, "WORKDIR")).containsExactly("/tmp/trial");
    assertThat(all(runtime, "ARG")).isEmpty();
  }

  @Test
  void sigtermStopsItWithinTheTimeThatDockerGrants() {
    assertThat(only("STOPSIGNAL").arguments).isEqualTo("SIGTERM");
    assertThat(Config.load(null, Map.of()).shutdownTimeout().toSeconds()).isLessThan(10);
  }
}
