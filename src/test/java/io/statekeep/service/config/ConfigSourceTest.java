package io.statekeep.service.config;

import static io.statekeep.service.config.Given.config;
import static io.statekeep.service.config.Given.environment;
import static io.statekeep.service.config.Given.problems;
import static io.statekeep.service.config.Given.problemsOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.web.TrustedProxies;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where values come from, and which goes first. */
class ConfigSourceTest {
  private static final String SECRET = "hunter2-is-not-to-be-seen";

  @TempDir private Path directory;

  private Path file(String name, String text) {
    try {
      return Files.writeString(directory.resolve(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Config yaml(String text, String... environment) {
    return Config.load(file("test.yaml", text), environment(environment));
  }

  private List<String> yamlProblems(String text, String... environment) {
    return problemsOf(() -> yaml(text, environment));
  }

  private String problemOf(String text, String... environment) {
    List<String> problems = yamlProblems(text, environment);
    assertThat(problems).hasSize(1);
    return problems.get(0);
  }

  // --- the file

  @Test
  void nestedMappingsAndDottedPathsMeanTheSame() {
    Config nested = yaml("http:\n  host: 0.0.0.0\n  port: 80\ncookie:\n  same-site: Strict\n");
    Config dotted = yaml("http.host: 0.0.0.0\nhttp.port: 80\ncookie.same-site: Strict\n");
    assertThat(nested).isEqualTo(dotted);
    assertThat(nested.http().listener()).isEqualTo(new Config.Listener("0.0.0.0", 80));
  }

  @Test
  void aKeyThatIsAlsoASectionIsReadBothWays() {
    assertThat(yaml("store: local\nstore.timeout: 3s\n").store().timeout())
        .isEqualTo(Duration.ofSeconds(3));
    assertThat(yaml("store:\n  timeout: 3s\n").store().timeout()).isEqualTo(Duration.ofSeconds(3));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "trusted-proxies:\n  - 10.0.0.0/8\n  - ::1\n",
        "trusted-proxies: [10.0.0.0/8, '::1']",
        "trusted-proxies: 10.0.0.0/8,::1"
      })
  void aListIsACommaList(String text) {
    assertThat(Config.texts(file("test.yaml", text), environment()))
        .containsEntry(ConfigKey.TRUSTED_PROXIES, "10.0.0.0/8,::1");
    assertThat(yaml(text).trustedProxies()).isNotEqualTo(TrustedProxies.NONE);
  }

  @Test
  void anEmptyListIsNone() {
    assertThat(yaml("trusted-proxies: []")).isEqualTo(config());
  }

  @Test
  void everyEntryOfAListIsChecked() {
    assertThat(yamlProblems("trusted-proxies: [10.0.0.0/8, here, 10.0.0.0/33, there]"))
        .hasSize(3)
        .anyMatch(problem -> problem.contains("here is not"))
        .anyMatch(problem -> problem.contains("10.0.0.0/33 has"))
        .anyMatch(problem -> problem.contains("there is not"));
  }

  @Test
  void aNumberKeepsTheFormThatItHasInTheFile() {
    Config config = yaml("jdbc.user: 1.10\njdbc.password: 1e3\nredis.prefix: 0x1F\n");
    assertThat(config.store().jdbc().user()).isEqualTo("1.10");
    assertThat(config.store().jdbc().password()).isEqualTo("1e3");
    assertThat(config.store().redisPrefix()).isEqualTo("0x1F");
  }

  @Test
  void aKeyOrSectionWithoutAValueSaysNothing() {
    assertThat(yaml("http.port:\nredis:\n  # prefix: x:\nlog:\n  level: null\n"))
        .isEqualTo(config());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "# nothing but a comment\n", "---\n", "{}"})
  void aFileThatSaysNothingGivesTheDefaults(String text) {
    assertThat(yaml(text)).isEqualTo(config());
  }

  @Test
  void aByteOrderMarkIsSkipped() {
    assertThat(yaml("\uFEFFhttp.port: 81\nmanagement.port: 82").http().listener().port())
        .isEqualTo(81);
  }

  @Test
  void everyUnknownKeyIsNamed() {
    assertThat(
            yamlProblems(
                """
                htpp:
                  port: 1
                http:
                  prot: 2
                HTTP.port: 3
                8080: x
                foo: {}
                bar: []
                http.port.a: 4
                empty:
                """))
        .containsExactlyInAnyOrder(
            "htpp: there is no such key",
            "http.prot: there is no such key",
            "HTTP.port: there is no such key",
            "8080: there is no such key",
            "foo: there is no such key",
            "bar: there is no such key",
            "http.port.a: there is no such key",
            "empty: there is no such key");
  }

  @Test
  void anUnknownKeyDoesNotShowItsValue() {
    assertThat(problemOf("jdbc.pasword: " + SECRET)).doesNotContain(SECRET);
  }

  @Test
  void aSectionIsNoValueAndAValueIsNoSection() {
    assertThat(problemOf("http: 8080")).isEqualTo("http: there is no such key");
    assertThat(problemOf("http.port: {a: 1}")).startsWith("http.port: ").contains("single value");
    assertThat(problemOf("trusted-proxies: [[10.0.0.0/8]]"))
        .startsWith("trusted-proxies: ")
        .contains("single value");
    assertThat(problemOf("trusted-proxies: [null]")).startsWith("trusted-proxies: ");
  }

  @Test
  void aKeyThatIsThereTwiceIsRefused() {
    assertThat(problemOf("http.port: 1\nhttp.port: 2\n")).startsWith("http.port: ").contains("2");
    assertThat(problemOf("http:\n  port: 1\nhttp.port: 1\n")).startsWith("http.port: ");
    assertThat(problemOf("http:\n  port: 1\nhttp:\n  host: h\n")).startsWith("http: ");
    assertThat(problemOf("log:\n  level: info\n  level: debug\n")).startsWith("log.level: ");
  }

  @Test
  void aFileThatRefersToItselfEndsInAProblem() {
    assertThat(problemOf("http: &loop\n  host: h\n  http: *loop\n"))
        .isEqualTo("http.http: there is no such key");
    assertThat(problemOf("trusted-proxies: &loop\n  - [*loop]\n")).startsWith("trusted-proxies: ");
  }

  @ParameterizedTest
  @ValueSource(strings = {"- http.port: 1\n", "http.port", "42", "'text'"})
  void yamlThatIsNoMappingIsRefused(String text) {
    assertThat(problemOf(text))
        .startsWith(directory.toString())
        .endsWith("test.yaml: is not a YAML mapping");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a: [1",
        "http.port: 1\n http.host: x\n",
        "a: '",
        "a: 1\n---\nb: 2\n",
        "%x",
        "a: \u0007",
        "a: *nobody",
        "? [1]\n: 2\n"
      })
  void whatIsNotYamlIsRefusedWithTheNameOfTheFile(String text) {
    assertThat(problemOf(text)).startsWith(directory.toString()).contains("test.yaml: is not");
  }

  @Test
  void aFileThatIsNotYamlIsRefusedWithThePlace() {
    assertThat(problemOf("http.port: 1\nhttp.host: [x\n")).contains("line 3");
  }

  @Test
  void whatIsNotYamlIsNotShown() {
    assertThat(problemOf("jdbc.password: *" + SECRET)).doesNotContain(SECRET);
    assertThat(problemOf("jdbc.password: [" + SECRET)).doesNotContain(SECRET);
    assertThat(problemOf("jdbc.password: {" + SECRET + ": 1}")).doesNotContain(SECRET);
  }

  @Test
  void bytesThatAreNotUtf8AreRefused() throws IOException {
    Path file = directory.resolve("latin1.yaml");
    Files.write(file, "cookie.name: \u00e4\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(problemsOf(() -> Config.load(file, environment())))
        .containsExactly(file + ": is not valid YAML");
  }

  @Test
  void aFileThatCannotBeReadIsRefused() {
    Path none = directory.resolve("none.yaml");
    assertThat(problemsOf(() -> Config.load(none, environment())))
        .singleElement()
        .asString()
        .startsWith(none + ": cannot be read");
    assertThat(problemsOf(() -> Config.load(directory, environment())))
        .singleElement()
        .asString()
        .startsWith(directory + ": cannot be read");
  }

  @Test
  void aFileThatCannotBeReadDoesNotHideOtherProblems() {
    Path none = directory.resolve("none.yaml");
    assertThat(problemsOf(() -> Config.load(none, environment("STATEKEEP_HTTP_PORT", "x"))))
        .hasSize(2);
  }

  // --- the environment

  @Test
  void theEnvironmentGoesOverTheFileAndTheFileOverTheDefaults() {
    String text = "http.port: 81\nhttp.host: file\n";
    Config config = yaml(text, "STATEKEEP_HTTP_PORT", "82");
    assertThat(config.http().listener()).isEqualTo(new Config.Listener("file", 82));
    assertThat(config.management()).isEqualTo(new Config.Listener("127.0.0.1", 8081));
  }

  @Test
  void aBadValueInTheFileDoesNotCountIfTheEnvironmentHasAGoodOne() {
    assertThat(yaml("http.port: x", "STATEKEEP_HTTP_PORT", "82").http().listener().port())
        .isEqualTo(82);
  }

  @Test
  void everyKeyCanBeSetByTheEnvironment() {
    for (ConfigKey key : ConfigKey.values()) {
      String name = "STATEKEEP_" + key.path().toUpperCase(Locale.ROOT);
      String variable = name.replaceAll("[.-]", "_");
      assertThat(Config.texts(null, environment(variable, "value")).get(key))
          .as(variable)
          .isEqualTo(key.isSecret() ? "***" : "value");
    }
  }

  @Test
  void statekeepConfigNamesTheFile() {
    String path = file("named.yaml", "http.port: 83\n").toString();
    assertThat(config("STATEKEEP_CONFIG", path).http().listener().port()).isEqualTo(83);
  }

  @Test
  void theFileOfTheCommandLineGoesOverStatekeepConfig() {
    String path = file("named.yaml", "http.port: 83\nhttp.host: named\n").toString();
    assertThat(yaml("http.port: 84", "STATEKEEP_CONFIG", path).http().listener())
        .isEqualTo(new Config.Listener("127.0.0.1", 84));
  }

  @Test
  void anEmptyStatekeepConfigNamesNoFile() {
    assertThat(config("STATEKEEP_CONFIG", "")).isEqualTo(config());
  }

  @Test
  void whatIsNoPathIsRefused() {
    assertThat(problems("STATEKEEP_CONFIG", "a\0b", "STATEKEEP_JDBC_PASSWORD_FILE", "c\0d"))
        .hasSize(2)
        .anyMatch(problem -> problem.startsWith("STATEKEEP_CONFIG"))
        .anyMatch(problem -> problem.startsWith("STATEKEEP_JDBC_PASSWORD_FILE"));
  }

  @Test
  void everyUnknownVariableIsNamedAndItsValueIsNot() {
    assertThat(
            problems(
                "STATEKEEP_HTTP_PROT", SECRET,
                "STATEKEEP_JDBC_PASSWRD_FILE", SECRET,
                "STATEKEEP_FILE", SECRET,
                "STATEKEEP_CONFIG_FILE", SECRET,
                "STATEKEEP_", SECRET))
        .containsExactlyInAnyOrder(
            "STATEKEEP_HTTP_PROT: there is no such key",
            "STATEKEEP_JDBC_PASSWRD_FILE: there is no such key",
            "STATEKEEP_FILE: there is no such key",
            "STATEKEEP_CONFIG_FILE: there is no such key",
            "STATEKEEP_: there is no such key");
  }

  @Test
  void otherVariablesAreNotOurs() {
    assertThat(config("HTTP_PORT", "1", "statekeep_http_port", "2", "MY_STATEKEEP_STORE", "x"))
        .isEqualTo(config());
  }

  @Test
  void whatKubernetesSetsForAServiceOfThisNameIsIgnored() {
    assertThat(
            config(
                "STATEKEEP_SERVICE_HOST", "10.0.0.7",
                "STATEKEEP_SERVICE_PORT", "8080",
                "STATEKEEP_SERVICE_PORT_HTTP", "8080",
                "STATEKEEP_PORT", "tcp://10.0.0.7:8080",
                "STATEKEEP_PORT_8080_TCP", "tcp://10.0.0.7:8080",
                "STATEKEEP_PORT_8080_TCP_ADDR", "10.0.0.7"))
        .isEqualTo(config());
  }

  // --- secrets from files

  @Test
  void aFileVariableReadsTheValueFromThatFileWithoutTheSpaceAroundIt() {
    Path secret = file("password", "\n  " + SECRET + " \r\n");
    Config config = yaml("jdbc.password: other", "STATEKEEP_JDBC_PASSWORD_FILE", secret.toString());
    assertThat(config.store().jdbc().password()).isEqualTo(SECRET);
  }

  @Test
  void everyKeyCanComeFromAFile() {
    String port = file("port", "8090\n").toString();
    assertThat(config("STATEKEEP_HTTP_PORT_FILE", port).http().listener().port()).isEqualTo(8090);
  }

  @Test
  void aVariableAndItsFileVariableTogetherAreRefused() {
    String secret = file("password", SECRET).toString();
    assertThat(problems("STATEKEEP_JDBC_PASSWORD", SECRET, "STATEKEEP_JDBC_PASSWORD_FILE", secret))
        .singleElement()
        .asString()
        .contains("STATEKEEP_JDBC_PASSWORD_FILE", "STATEKEEP_JDBC_PASSWORD ")
        .doesNotContain(SECRET);
  }

  @Test
  void aFileVariableWhoseFileCannotBeReadIsRefused() {
    Path none = directory.resolve("none");
    assertThat(problems("STATEKEEP_JDBC_PASSWORD_FILE", none.toString()))
        .singleElement()
        .asString()
        .startsWith("STATEKEEP_JDBC_PASSWORD_FILE = " + none + ": cannot be read");
    assertThat(problems("STATEKEEP_JDBC_PASSWORD_FILE", "")).hasSize(1);
  }

  @Test
  void aValueFromAFileIsCheckedAndMaskedLikeAnyOther() {
    String keys = file("keys", SECRET).toString();
    assertThat(problems("STATEKEEP_TOKEN_SIGNING_KEYS_FILE", keys))
        .singleElement()
        .asString()
        .startsWith("token.signing-keys = ***: ")
        .doesNotContain(SECRET);
  }

  @Test
  void statekeepUsersFileIsTheKeyOfThatNameAndReadsNothing() {
    Path none = directory.resolve("none");
    String missing = "users.file = " + none + ": cannot be read";
    assertThat(problems("STATEKEEP_USERS_FILE", none.toString())).containsExactly(missing);
    String pointer = file("pointer", none + "\n").toString();
    assertThat(problems("STATEKEEP_USERS_FILE_FILE", pointer)).containsExactly(missing);
  }

  // --- what is shown

  @Test
  void theTextsShowEveryKeyAsItIsInEffectWithSecretsMasked() {
    Path file = file("test.yaml", "http.port: 90\njdbc.password: " + SECRET);
    var texts =
        Config.texts(
            file,
            environment(
                "STATEKEEP_HTTP_HOST", "h", "STATEKEEP_REDIS_URL", "redis://:" + SECRET + "@h"));
    assertThat(texts).containsOnlyKeys(ConfigKey.values());
    assertThat(texts)
        .containsEntry(ConfigKey.HTTP_PORT, "90")
        .containsEntry(ConfigKey.HTTP_HOST, "h")
        .containsEntry(ConfigKey.STORE, "layered")
        .containsEntry(ConfigKey.JDBC_PASSWORD, "***")
        .containsEntry(ConfigKey.TOKEN_SIGNING_KEYS, "none");
    assertThat(texts.toString()).doesNotContain(SECRET);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:postgresql://db/app?user=u&password=" + SECRET,
        "jdbc:mariadb://u:" + SECRET + "@db/app",
        "jdbc:mariadb://u:" + SECRET + "@db/app?ssl=true",
        "jdbc:hsqldb:file:data/x;crypt_key=" + SECRET,
        "jdbc:mysql://db/app?password=" + SECRET,
        "jdbc:mysql://db/app?password=a@" + SECRET
      })
  void aPasswordWithinADatabaseUrlIsNotShown(String url) {
    var environment = environment("STATEKEEP_JDBC_URL", url);
    assertThat(Config.texts(null, environment).get(ConfigKey.JDBC_URL)).doesNotContain(SECRET);
    var broken =
        environment("STATEKEEP_JDBC_URL", url.replace("jdbc:", "x:"), "STATEKEEP_STORE", "jdbc");
    assertThat(problemsOf(() -> Config.load(null, broken)).toString())
        .contains("jdbc.url = ")
        .doesNotContain(SECRET);
  }

  @Test
  void aDatabaseUrlIsShownButForItsSecrets() {
    assertThat(shown("jdbc:hsqldb:file:data/x")).isEqualTo("jdbc:hsqldb:file:data/x");
    assertThat(shown("jdbc:postgresql://db:5432/app?user=u&password=p"))
        .isEqualTo("jdbc:postgresql://db:5432/app?***");
    assertThat(shown("jdbc:mariadb://u:p@db/app")).isEqualTo("***@db/app");
  }

  private static String shown(String url) {
    return Config.texts(null, environment("STATEKEEP_JDBC_URL", url)).get(ConfigKey.JDBC_URL);
  }

  @Test
  void aConfigurationInALogHoldsNoSecret() {
    String key = "A".repeat(43);
    Config config =
        config(
            "STATEKEEP_JDBC_URL",
            "jdbc:postgresql://db/app?password=" + SECRET,
            "STATEKEEP_JDBC_PASSWORD",
            SECRET,
            "STATEKEEP_REDIS_URL",
            "redis://:" + SECRET + "@h",
            "STATEKEEP_TOKEN_SIGNING_KEYS",
            key);
    assertThat(config.toString()).doesNotContain(SECRET).doesNotContain(key);
  }
}
