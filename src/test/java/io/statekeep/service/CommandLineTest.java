package io.statekeep.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.service.config.ConfigKey;
import io.statekeep.signing.KeyRing;
import io.statekeep.testing.Servers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the commands answer that need no store. */
class CommandLineTest {
  private static final String SECRET = "hunter2-is-not-to-be-seen";

  @TempDir private Path directory;

  private static CommandRun run(String line) {
    return CommandRun.of(Map.of(), line);
  }

  private Path file(String text) throws IOException {
    return Files.writeString(directory.resolve("test.yaml"), text);
  }

  // --- usage

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "serve",
        "purge",
        "sessions",
        "sessions list",
        "sessions show",
        "sessions revoke",
        "sessions reindex",
        "keys",
        "keys new",
        "config",
        "config check",
        "config print",
        "health"
      })
  void helpIsEverywhere(String command) {
    String line = command.isEmpty() ? "" : command + " ";
    for (String option : new String[] {"--help", "-h"}) {
      CommandRun help = run(line + option);
      assertThat(help.exit()).isZero();
      assertThat(help.out()).startsWith("Usage: statekeep " + line).contains("--help");
      assertThat(help.err()).isEmpty();
    }
  }

  @Test
  void theHelpNamesEveryCommand() {
    assertThat(run("--help").out())
        .contains("serve", "purge", "sessions", "keys", "config", "health");
    assertThat(run("sessions --help").out()).contains("list", "show", "revoke", "reindex");
    assertThat(run("keys --help").out()).contains("new");
    assertThat(run("config --help").out()).contains("check", "print");
  }

  @Test
  void theVersionIsOneLine() {
    CommandRun version = run("--version");
    assertThat(version.exit()).isZero();
    assertThat(version.out().lines()).singleElement().asString().startsWith("statekeep ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense",
        "--nonsense",
        "serve nonsense",
        "serve --nonsense",
        "--config",
        "purge --nonsense",
        "purge nonsense",
        "sessions",
        "sessions nonsense",
        "sessions list --subject",
        "sessions show",
        "sessions show one two",
        "sessions revoke",
        "sessions revoke one --subject two",
        "keys",
        "keys old",
        "keys new nonsense",
        "config",
        "config nonsense",
        "config check --config",
        "health nonsense"
      })
  void wrongUsageIsExit2AndToldOnStandardError(String line) {
    CommandRun wrong = run(line);
    assertThat(wrong.exit()).isEqualTo(2);
    assertThat(wrong.out()).isEmpty();
    assertThat(wrong.err()).isNotBlank().doesNotContain("\tat ");
  }

  // --- keys

  @Test
  void aNewKeyIsOneThatTheServiceAccepts() {
    CommandRun one = run("keys new");
    CommandRun other = run("keys new");
    assertThat(one.exit()).isZero();
    assertThat(one.err()).isEmpty();
    assertThat(one.out()).endsWith(System.lineSeparator()).isNotEqualTo(other.out());
    assertThat(one.out().strip()).matches("[A-Za-z0-9_-]{43}");
    assertThat(Base64.getUrlDecoder().decode(one.out().strip())).hasSize(32);
    assertThat(KeyRing.parse(one.out().strip() + "," + other.out().strip()))
        .hasToString("KeyRing[2 keys]");
  }

  // --- configuration

  @Test
  void aGoodConfigurationIsExit0() throws IOException {
    for (String line :
        new String[] {"config check", "config check --config " + file("http.port: 1")}) {
      CommandRun good = run(line);
      assertThat(good.exit()).isZero();
      assertThat(good.out()).isEqualToIgnoringNewLines("The configuration is valid.");
      assertThat(good.err()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "config check",
        "serve",
        "purge",
        "sessions list",
        "sessions show x",
        "sessions revoke x",
        "health"
      })
  void aBadConfigurationIsExit2WithEveryProblem(String command) throws IOException {
    Path file = file("http.port: none\njdbc.url: jdbc:x://u:" + SECRET + "@h\nnonsense: " + SECRET);
    CommandRun bad =
        CommandRun.of(
            Map.of("STATEKEEP_TOKEN_SIGNING_KEYS", SECRET, "STATEKEEP_NONSENSE", SECRET),
            command + " --config " + file);
    assertThat(bad.exit()).isEqualTo(2);
    assertThat(bad.out()).isEmpty();
    assertThat(bad.err())
        .contains("http.port", "jdbc.url", "nonsense", "token.signing-keys", "STATEKEEP_NONSENSE")
        .doesNotContain(SECRET)
        .doesNotContain("Exception", "\tat ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"config check", "serve", "purge"})
  void aUsersFileThatCannotBeUsedIsOneOfTheProblems(String command) throws IOException {
    Path users = Files.writeString(directory.resolve("users"), "alice:secret\n\nbob\n");
    for (Path wrong : new Path[] {users, directory.resolve("none")}) {
      CommandRun bad =
          CommandRun.of(
              Map.of("STATEKEEP_USERS_FILE", wrong.toString(), "STATEKEEP_HTTP_PORT", "none"),
              command);
      assertThat(bad.exit()).isEqualTo(2);
      assertThat(bad.out()).isEmpty();
      assertThat(bad.err())
          .contains("http.port = none", "users.file = " + wrong + ": ")
          .doesNotContain("secret");
    }
  }

  @Test
  void theCommandIsServeIfOptionsAloneAreGiven() throws IOException {
    Path file = file("http.port: none");
    assertThat(run("--config " + file).err()).contains("http.port");
    assertThat(run("--config=" + file).err()).contains("http.port");
    assertThat(CommandRun.of(Map.of("STATEKEEP_CONFIG", file.toString()), "").err())
        .contains("http.port");
  }

  @Test
  void thePageQuotesTheCommand() throws IOException {
    Path file = file("cookie.name: __Host-sid\nstore.timeout: 2h\n");
    assertThat(Files.readString(Path.of("docs/configuration.md")))
        .contains(run("config check --config " + file).err());
  }

  @Test
  void thePrintedConfigurationHasEveryKeyAndNoSecret() throws IOException {
    CommandRun print =
        CommandRun.of(
            Map.of("STATEKEEP_JDBC_PASSWORD", SECRET, "STATEKEEP_HTTP_HOST", "0.0.0.0"),
            "config print --config " + file("http.port: 1\ncookie.domain: ''"));
    assertThat(print.exit()).isZero();
    assertThat(print.err()).isEmpty();
    assertThat(print.out().lines().map(line -> line.split(": ", 2)[0]))
        .containsExactlyElementsOf(Arrays.stream(ConfigKey.values()).map(ConfigKey::path).toList());
    assertThat(print.out().lines())
        .contains(
            "http.port: 1",
            "http.host: 0.0.0.0",
            "store: layered",
            "cookie.domain: \"\"",
            "jdbc.password: ***",
            "token.signing-keys: none");
    assertThat(print.out()).doesNotContain(SECRET);
  }

  @Test
  void aBadConfigurationIsPrintedAndExit2() throws IOException {
    CommandRun print =
        CommandRun.of(
            Map.of("STATEKEEP_TOKEN_SIGNING_KEYS", SECRET),
            "config print --config " + file("http.port: none\nlog.level: debug"));
    assertThat(print.exit()).isEqualTo(2);
    assertThat(print.out().lines()).contains("http.port: none", "log.level: debug");
    assertThat(print.err()).contains("http.port = none", "token.signing-keys = ***");
    assertThat(print.out() + print.err()).doesNotContain(SECRET);
  }

  // --- starts that fail

  @Test
  void aPortThatIsTakenIsExit1() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      CommandRun start =
          CommandRun.of(
              Map.of(
                  "STATEKEEP_STORE", "local",
                  "STATEKEEP_HTTP_PORT", Integer.toString(taken.getLocalPort()),
                  "STATEKEEP_MANAGEMENT_PORT", "0"),
              "serve");
      assertThat(start.exit()).isEqualTo(1);
      assertThat(start.err()).startsWith("statekeep: cannot start: ").contains("in use");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"purge", "sessions list", "sessions show x", "sessions revoke x"})
  void sessionsInTheMemoryOfAnotherProcessAreExit1(String command) {
    CommandRun failed = CommandRun.of(Map.of("STATEKEEP_STORE", "local"), command);
    assertThat(failed.exit()).isEqualTo(1);
    assertThat(failed.out()).isEmpty();
    assertThat(failed.err()).startsWith("statekeep: store = local: ").contains("memory");
  }

  @Test
  void aServerThatIsAwayIsExit1() throws IOException {
    int port = Servers.freePort();
    String key = run("keys new").out().strip();
    CommandRun database =
        CommandRun.of(
            Map.of(
                "STATEKEEP_JDBC_URL",
                "jdbc:postgresql://127.0.0.1:" + port + "/x?password=" + SECRET,
                "STATEKEEP_TOKEN_SIGNING_KEYS",
                key),
            "sessions list");
    assertThat(database.exit()).isEqualTo(1);
    assertThat(database.err()).startsWith("statekeep: jdbc.url: ").doesNotContain(SECRET);
    CommandRun redis =
        CommandRun.of(
            Map.of(
                "STATEKEEP_STORE",
                "redis",
                "STATEKEEP_REDIS_URL",
                "redis://:" + SECRET + "@127.0.0.1:" + port,
                "STATEKEEP_TOKEN_SIGNING_KEYS",
                key),
            "sessions list");
    assertThat(redis.exit()).isEqualTo(1);
    assertThat(redis.out()).isEmpty();
    assertThat(redis.err()).contains("statekeep: the store did not answer").doesNotContain(SECRET);
  }
}
