package io.statekeep.jar;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.testing.ApiProbe;
import io.statekeep.testing.EventProbe;
import io.statekeep.testing.HttpProbe;
import io.statekeep.testing.HttpProbe.Answer;
import io.statekeep.testing.Servers;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The jar as a process: its start, its files, its signals, its exit codes. */
class ProcessIT {
  private static final String CLASSES = "classes.log";
  private static final Map<String, String> LOADED_CLASSES =
      Map.of("JDK_JAVA_OPTIONS", "-Xlog:class+load:file=" + CLASSES);

  @TempDir Path folder;

  @Test
  void withoutConfigurationItServesAndKeepsItsFilesInData() throws IOException {
    String token;
    try (JarProcess node = JarProcess.serve(folder, Map.of())) {
      assertThat(node.output())
          .contains("serves on http://127.0.0.1:")
          .contains("store: layered over jdbc hsqldb");
      token = node.http().get("/set_session?user_id=1").token();
      try (Stream<Path> files = Files.list(folder)) {
        assertThat(files.map(file -> file.getFileName().toString())).containsExactly("data");
      }
      assertThat(mode(folder.resolve("data"))).isEqualTo("rwx------");
      assertThat(mode(folder.resolve("data/signing-keys"))).isEqualTo("rw-------");
      assertThat(mode(folder.resolve("data/api-key"))).isEqualTo("rw-------");
      String key = Files.readString(folder.resolve("data/api-key")).strip();
      assertThat(node.output()).containsOnlyOnce("API key, shown this once: " + key);
      assertThat(sessions(node, key)).isEqualTo(200);
      node.terminate();
      assertThat(node.exit()).isZero();
    }
    try (JarProcess node = JarProcess.serve(folder, Map.of())) {
      assertThat(node.http().get("/get_session", token).body()).isEqualTo("get_session:1");
      assertThat(node.output()).doesNotContain("API key");
      String key = Files.readString(folder.resolve("data/api-key")).strip();
      assertThat(sessions(node, key)).isEqualTo(200);
    }
  }

  @Test
  void theFirstAnswersWaitForNothingThatNobodyNeeds() throws IOException {
    Map<String, String> settings = new HashMap<>(LOADED_CLASSES);
    settings.put("STATEKEEP_API_KEYS", ApiProbe.KEYS);
    try (JarProcess node = JarProcess.serve(folder, settings)) {
      String token = node.http().get("/set_session?user_id=1").token();
      assertThat(node.http().get("/get_session", token).status()).isEqualTo(200);
      assertThat(node.http().get("/v1/verify").body()).contains("\"status\":401");
      assertThat(node.http().get("/docs").status()).isEqualTo(200);
      String id = new ApiProbe(node.http()).begin("{\"attributes\":{\"n\":[1.5]}}").getString("id");
      assertThat(id).hasSize(43);
      assertThat(Files.readString(folder.resolve(CLASSES)))
          .contains("io.netty.buffer.", "com.fasterxml.jackson.core.")
          .doesNotContain("com.fasterxml.jackson.databind.")
          .doesNotContain("jdk.jfr.internal.MetadataRepository")
          .doesNotContain("sun.util.cldr.");
    }
  }

  private static int sessions(JarProcess node, String key) {
    HttpProbe http = node.http();
    return http.send(http.request("/v1/sessions").header("Authorization", "Bearer " + key))
        .status();
  }

  @Test
  void toldToStopItEndsItsEventStreamsAndExitsWithZero() {
    Map<String, String> settings =
        Map.of(
            "STATEKEEP_STORE", "local",
            "STATEKEEP_API_KEYS", ApiProbe.KEYS,
            "STATEKEEP_SHUTDOWN_TIMEOUT", "1d");
    try (JarProcess node = JarProcess.serve(folder, settings);
        EventProbe events = EventProbe.open(node.port(), "")) {
      node.terminate();
      events.awaitEnd();
      assertThat(node.exit()).isZero();
      assertThat(node.output()).contains("stopped");
    }
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @Test
  void aSecondNodeOnTheSameFilesSaysWhyItCannotStart() {
    try (JarProcess node = JarProcess.serve(folder, Map.of())) {
      Map<String, String> other =
          Map.of("STATEKEEP_HTTP_PORT", "0", "STATEKEEP_MANAGEMENT_PORT", "0");
      for (List<String> arguments :
          List.of(List.of("serve"), List.of("purge"), List.of("sessions", "list"))) {
        try (JarProcess second = JarProcess.run(folder, other, arguments.toArray(String[]::new))) {
          assertThat(second.exit()).isEqualTo(1);
          assertThat(second.output()).contains("the database is in use by a running node");
        }
      }
      assertThat(node.http().get("/plain").status()).isEqualTo(200);
    }
  }

  @Test
  void aPortThatIsTakenIsSaid() {
    try (JarProcess node = JarProcess.serve(folder, Map.of("STATEKEEP_STORE", "local"))) {
      Map<String, String> same =
          Map.of(
              "STATEKEEP_STORE", "local",
              "STATEKEEP_HTTP_PORT", "" + node.port(),
              "STATEKEEP_MANAGEMENT_PORT", "0");
      try (JarProcess second = JarProcess.run(folder, same)) {
        assertThat(second.exit()).isEqualTo(1);
        assertThat(second.output()).contains("Address already in use");
      }
    }
  }

  @Test
  void aBadConfigurationIsAllSaidAtOnceAndStopsTheStart() {
    Map<String, String> settings =
        Map.of(
            "STATEKEEP_HTTP_PORT", "99999",
            "STATEKEEP_STORE", "paper",
            "STATEKEEP_TOKEN_SIGNING_KEYS", "c2hvcnQ",
            "STATEKEEP_NO_SUCH_KEY", "1");
    try (JarProcess node = JarProcess.run(folder, settings)) {
      assertThat(node.exit()).isEqualTo(2);
      assertThat(node.output())
          .contains("http.port = 99999: must be a whole number in 0..65535")
          .contains("store = paper: must be one of [jdbc, layered, local, redis]")
          .contains("token.signing-keys = ***: signing key 1 has 5 bytes, at least 32 are required")
          .contains("STATEKEEP_NO_SUCH_KEY: there is no such key")
          .doesNotContain("c2hvcnQ")
          .doesNotContain("\tat ");
      assertThat(folder).isEmptyDirectory();
    }
  }

  @Test
  void aTrialIsAClientOfItselfLeavesNoSessionAndStops() {
    Map<String, String> settings =
        Map.of("STATEKEEP_HTTP_PORT", "0", "STATEKEEP_MANAGEMENT_PORT", "0");
    Map<String, String> watched = new HashMap<>(settings);
    watched.putAll(LOADED_CLASSES);
    try (JarProcess trial = JarProcess.run(folder, watched, "serve", "--trial")) {
      assertThat(trial.exit()).isZero();
      assertThat(trial.output()).contains("serves on", "stopping", "stopped");
    }
    // What only a session that the API has begun needs: the image is taught by what succeeds.
    assertThat(folder.resolve(CLASSES)).content().contains("io.statekeep.web.api.Creations$Begun");
    try (JarProcess list = JarProcess.run(folder, settings, "sessions", "list")) {
      assertThat(list.exit()).isZero();
      assertThat(list.output()).isEmpty();
    }
  }

  @Test
  void aTrialWithAStoreThatIsAwayFails() {
    Map<String, String> settings =
        Map.of(
            "STATEKEEP_HTTP_PORT", "0",
            "STATEKEEP_MANAGEMENT_PORT", "0",
            "STATEKEEP_STORE", "redis",
            "STATEKEEP_REDIS_URL", "redis://127.0.0.1:1/0",
            "STATEKEEP_TOKEN_SIGNING_KEYS", "A".repeat(43));
    try (JarProcess trial = JarProcess.run(folder, settings, "serve", "--trial")) {
      assertThat(trial.exit()).isEqualTo(1);
      assertThat(trial.output()).contains("the node is not ready: 503");
    }
  }

  @Test
  void aStoreThatIsAwayIsWaitedFor() throws IOException {
    Map<String, String> settings =
        Map.of(
            "STATEKEEP_STORE", "redis",
            "STATEKEEP_REDIS_URL", "redis://127.0.0.1:1/0",
            "STATEKEEP_TOKEN_SIGNING_KEYS", "A".repeat(43));
    try (JarProcess node = JarProcess.serve(folder, settings)) {
      assertThat(node.management().get("/health/live").status()).isEqualTo(200);
      assertThat(node.management().get("/health/ready").status()).isEqualTo(503);
      assertThat(node.http().get("/plain").status()).isEqualTo(200);
      assertThat(node.http().get("/set_session").status()).isEqualTo(503);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:mariadb://u:hunter2@127.0.0.1:1/sk",
        "jdbc:mariadb://127.0.0.1:1/sk?user=u&password=hunter2&trustStorePassword=hunter2",
        "jdbc:postgresql://127.0.0.1:1/sk?user=u&password=hunter2&sslpassword=hunter2"
      })
  void aDatabaseThatIsAwayIsLoggedWithoutItsSecrets(String url) {
    Map<String, String> settings =
        Map.of(
            "STATEKEEP_STORE",
            "jdbc",
            "STATEKEEP_JDBC_URL",
            url,
            "STATEKEEP_TOKEN_SIGNING_KEYS",
            "A".repeat(43));
    try (JarProcess node = JarProcess.serve(folder, settings)) {
      assertThat(node.http().get("/set_session").status()).isEqualTo(503);
      assertThat(node.management().get("/health/ready").status()).isEqualTo(503);
      node.terminate();
      assertThat(node.exit()).isZero();
      assertThat(node.output())
          .contains("store.unavailable: cannot check the schema")
          .doesNotContain("hunter2", "jdbc:");
    }
  }

  @Test
  void aDatabaseThatStaysAwayIsLoggedOnce() throws IOException {
    // It hangs up on everybody.
    try (ServerSocket database = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      String url = "jdbc:postgresql://127.0.0.1:" + database.getLocalPort() + "/sk";
      Map<String, String> settings =
          Map.of(
              "STATEKEEP_STORE",
              "jdbc",
              "STATEKEEP_JDBC_URL",
              url,
              "STATEKEEP_TOKEN_SIGNING_KEYS",
              "A".repeat(43));
      try (JarProcess node = JarProcess.start(folder, settings)) {
        for (int i = 0; i < 10; i++) {
          database.accept().close();
        }
        node.terminate();
        node.exit();
        assertThat(node.output()).containsOnlyOnce("cannot check the schema");
      }
    }
  }

  @Test
  void aCommandAnswersAloneWhateverIsConfigured() {
    Map<String, String> settings =
        Map.of(
            "STATEKEEP_TRUSTED_PROXIES", "10.0.0.0/8,fd00::/8",
            "STATEKEEP_HTTP_PORT", "0",
            "STATEKEEP_MANAGEMENT_PORT", "0");
    try (JarProcess check = JarProcess.run(folder, settings, "config", "check")) {
      assertThat(check.exit()).isZero();
      assertThat(check.output()).isEqualTo("The configuration is valid.");
    }
    try (JarProcess list = JarProcess.run(folder, settings, "sessions", "list")) {
      assertThat(list.exit()).isZero();
      assertThat(list.output()).isEmpty();
    }
    try (JarProcess node = JarProcess.serve(folder, settings)) {
      assertThat(node.output()).doesNotContain("DEBUG");
    }
  }

  @Test
  void toldToStopItFinishesWhatIsInFlightAndExitsWithZero() throws IOException {
    Path users = Path.of("src/test/resources/users").toAbsolutePath();
    Map<String, String> settings =
        Map.of("STATEKEEP_STORE", "local", "STATEKEEP_USERS_FILE", users.toString());
    try (JarProcess node = JarProcess.serve(folder, settings);
        Socket slow = new Socket(InetAddress.getLoopbackAddress(), node.port())) {
      String body = "username=alice&password=secret";
      OutputStream out = slow.getOutputStream();
      String head =
          "POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
              + "Content-Length: "
              + body.length()
              + "\r\n\r\n";
      out.write((head + body.substring(0, 10)).getBytes(US_ASCII));
      out.flush();
      HttpProbe management = node.management();
      // The head has arrived once a later request on another connection was answered.
      assertThat(node.http().get("/plain").status()).isEqualTo(200);
      node.terminate();
      while (management.get("/health/ready").status() == 200) {
        Thread.onSpinWait();
      }
      out.write(body.substring(10).getBytes(US_ASCII));
      out.flush();
      String answer = new String(slow.getInputStream().readAllBytes(), US_ASCII);
      assertThat(answer).startsWith("HTTP/1.1 200").endsWith("login");
      assertThat(answer).containsIgnoringCase("\r\nconnection: close\r\n");
      assertThat(node.exit()).isZero();
      assertThat(node.output()).contains("stopped");
    }
  }

  @Test
  void connectionsWithoutARequestDoNotHoldUpAStop() throws Exception {
    Map<String, String> settings =
        Map.of(
            "STATEKEEP_STORE", "local",
            "STATEKEEP_SHUTDOWN_TIMEOUT", "1h",
            "STATEKEEP_HTTP_IDLE_TIMEOUT", "1h");
    try (JarProcess node = JarProcess.serve(folder, settings);
        Socket untouched = new Socket(InetAddress.getLoopbackAddress(), node.port());
        Socket half = new Socket(InetAddress.getLoopbackAddress(), node.port())) {
      half.getOutputStream().write("GET /plain HTTP/1.1\r\nHost:".getBytes(US_ASCII));
      // Both of these are kept alive by their clients.
      assertThat(node.http().get("/plain").status()).isEqualTo(200);
      HttpClient second = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
      HttpRequest request = node.http().request("/plain").build();
      assertThat(second.send(request, BodyHandlers.ofString()).statusCode()).isEqualTo(200);
      assertThat(second.send(request, BodyHandlers.ofString()).version())
          .isEqualTo(HttpClient.Version.HTTP_2);
      node.terminate();
      assertThat(node.exit()).isZero();
      assertThat(untouched.isConnected()).isTrue();
    }
  }

  @Test
  void aStopEndsRequestsThatWaitForAStoreWhichHangs() throws SQLException {
    String url = Servers.newPostgresUrl();
    Map<String, String> settings =
        Map.of(
            "STATEKEEP_STORE", "jdbc",
            "STATEKEEP_JDBC_URL", url,
            "STATEKEEP_JDBC_USER", "postgres",
            "STATEKEEP_STORE_TIMEOUT", "1h",
            "STATEKEEP_SHUTDOWN_TIMEOUT", "1s",
            "STATEKEEP_TOKEN_SIGNING_KEYS", "A".repeat(43));
    try (JarProcess node = JarProcess.serve(folder, settings);
        Connection other = DriverManager.getConnection(url, "postgres", "");
        Statement statement = other.createStatement()) {
      String token = node.http().get("/set_session").token();
      other.setAutoCommit(false);
      statement.execute("LOCK TABLE statekeep_session IN ACCESS EXCLUSIVE MODE");
      CompletableFuture<Answer> answer = node.http().getAsync("/get_session", token);
      while (!isAnybodyWaitingForALock(statement)) {
        Thread.onSpinWait();
      }
      node.terminate();
      assertThat(answer.join().status()).isEqualTo(503);
      assertThat(answer.join().header("retry-after")).isPresent();
      assertThat(answer.join().setCookies()).isEmpty();
      assertThat(node.exit()).isZero();
      assertThat(node.output()).contains("stopped");
    }
  }

  private static boolean isAnybodyWaitingForALock(Statement statement) throws SQLException {
    try (ResultSet rows =
        statement.executeQuery("SELECT COUNT(*) FROM pg_locks WHERE NOT granted")) {
      rows.next();
      return rows.getInt(1) > 0;
    }
  }
}
