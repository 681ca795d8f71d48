package io.statekeep.service.config;

import static io.statekeep.service.config.Given.config;
import static io.statekeep.service.config.Given.environment;
import static io.statekeep.service.config.Given.problems;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statekeep.cookie.CookieAttributes;
import io.statekeep.cookie.SameSite;
import io.statekeep.session.OverLimit;
import io.statekeep.session.SessionPolicy;
import io.statekeep.signing.KeyRing;
import io.statekeep.store.redis.RedisAddress;
import io.statekeep.web.TrustedProxies;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the values mean, and which are refused. */
class ConfigTest {
  private static final String SECRET = "hunter2-is-not-to-be-seen";
  private static final String KEY = KeyRing.newKey(new SecureRandom());

  // --- defaults

  @Test
  void theDefaultsServeOnLoopbackOverAnEmbeddedDatabase() {
    Config config = config();
    assertThat(config.http().listener()).isEqualTo(new Config.Listener("127.0.0.1", 8080));
    assertThat(config.management()).isEqualTo(new Config.Listener("127.0.0.1", 8081));
    assertThat(config.http().eventLoops()).isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(config.http().idleTimeout()).isEqualTo(Duration.ofMinutes(1));
    Config.Store store = config.store();
    assertThat(store.kind()).isEqualTo(Config.StoreKind.LAYERED);
    assertThat(store.durableKind()).isEqualTo(Config.StoreKind.JDBC);
    assertThat(store.timeout()).isEqualTo(Duration.ofSeconds(2));
    assertThat(store.nearCache().maxStale()).isEqualTo(Duration.ofSeconds(2));
    assertThat(store.jdbc().url()).isEqualTo("jdbc:hsqldb:file:data/statekeep");
    assertThat(store.jdbc().user()).isEmpty();
    assertThat(store.jdbc().password()).isEmpty();
    assertThat(store.redis().urls()).containsExactly("redis://127.0.0.1:6379/0");
    assertThat(store.redisPrefix()).isEqualTo("statekeep:");
  }

  @Test
  void theDefaultsOfSessionsAreThoseOfTheLibrary() {
    assertThat(config().policy()).isEqualTo(SessionPolicy.DEFAULT);
  }

  @Test
  void theDefaultCookieIsHostOnlyAndSecureAsTheTransportIs() {
    assertThat(config().cookie())
        .isEqualTo(
            new Config.SessionCookieRules(
                "sessionid",
                new CookieAttributes("/", null, false, true, SameSite.LAX, false),
                true));
  }

  @Test
  void byDefaultNobodyLogsInAndNoProxyIsTrusted() {
    Config config = config();
    assertThat(config.signingKeys()).isEmpty();
    assertThat(config.usersFile()).isEmpty();
    assertThat(config.trustedProxies()).isSameAs(TrustedProxies.NONE);
    assertThat(config.tutorial()).isTrue();
    assertThat(config.log()).isEqualTo(new Config.Log("INFO", false));
    assertThat(config.shutdownTimeout()).isEqualTo(Duration.ofSeconds(8));
  }

  // --- all problems in one message

  @Test
  void everyProblemIsInOneMessageWithItsKeyValueAndBound() {
    assertThatThrownBy(
            () ->
                config(
                    "STATEKEEP_HTTP_HOST", " ",
                    "STATEKEEP_HTTP_PORT", "65536",
                    "STATEKEEP_STORE", "cassandra",
                    "STATEKEEP_STORE_TIMEOUT", "2h",
                    "STATEKEEP_LAYERED_BACKING", "local",
                    "STATEKEEP_JDBC_URL", "jdbc:oracle:thin:@db",
                    "STATEKEEP_JDBC_CONNECTIONS", "1",
                    "STATEKEEP_REDIS_URL", "redis://:" + SECRET + "@",
                    "STATEKEEP_SESSION_IDLE_TIMEOUT", "0",
                    "STATEKEEP_SESSION_MAX_BYTES", "1GiB",
                    "STATEKEEP_COOKIE_NAME", "two words",
                    "STATEKEEP_COOKIE_SECURE", "yes",
                    "STATEKEEP_COOKIE_SAME_SITE", "Loose",
                    "STATEKEEP_TOKEN_SIGNING_KEYS", SECRET,
                    "STATEKEEP_TRUSTED_PROXIES", "10.0.0.0/8,localhost",
                    "STATEKEEP_LOG_LEVEL", "loud",
                    "STATEKEEP_NOTHING", "x"))
        .isInstanceOf(ConfigException.class)
        .hasMessageNotContaining(SECRET)
        .satisfies(
            refusal ->
                assertThat(refusal.getMessage().lines().skip(1))
                    .containsExactlyInAnyOrder(
                        "  - http.host =  : must not be empty",
                        "  - http.port = 65536: must be a whole number in 0..65535",
                        "  - store = cassandra: must be one of [jdbc, layered, local, redis]",
                        "  - store.timeout = 2h: must be a duration such as 500ms, 90s, 30m, 12h"
                            + " or 14d, from 10ms to 1h",
                        "  - layered.backing = local: must be one of [jdbc, redis]",
                        "  - jdbc.url = ***@db: must begin with jdbc:hsqldb:file:,"
                            + " jdbc:hsqldb:mem:, jdbc:postgresql: or jdbc:mariadb:",
                        "  - jdbc.connections = 1: must be a whole number in 2..1000",
                        "  - redis.url = ***: must be redis://host:port/database or rediss://..., or a list",
                        "  - session.idle-timeout = 0: must be a duration such as 500ms, 90s, 30m,"
                            + " 12h or 14d, from 1ms to 36500d",
                        "  - session.max-bytes = 1GiB: must be a size such as 4096, 64KiB or"
                            + " 512MiB, from 64 to 16777216 bytes",
                        "  - cookie.name = two words: cookie name is not a token",
                        "  - cookie.secure = yes: must be one of [auto, false, true]",
                        "  - cookie.same-site = Loose: must be one of [lax, none, strict]",
                        "  - token.signing-keys = ***: signing key 1 is not base64url",
                        "  - trusted-proxies = 10.0.0.0/8,localhost: localhost is not an IP"
                            + " network",
                        "  - log.level = loud: must be one of [debug, error, info, trace, warn]",
                        "  - STATEKEEP_NOTHING: there is no such key"));
  }

  @Test
  void aBadChoiceIsOneProblemAndNotTheCauseOfOthers() {
    assertThat(problems("STATEKEEP_STORE", "x")).hasSize(1);
    assertThat(problems("STATEKEEP_LAYERED_BACKING", "x")).hasSize(1);
    assertThat(problems("STATEKEEP_COOKIE_SECURE", "x")).hasSize(1);
    assertThat(problems("STATEKEEP_COOKIE_SAME_SITE", "x")).hasSize(1);
    assertThat(problems("STATEKEEP_COOKIE_PARTITIONED", "x")).hasSize(1);
    assertThat(problems("STATEKEEP_COOKIE_HTTP_ONLY", "x")).hasSize(1);
  }

  // --- how changes arrive

  private static Config.Invalidation invalidation(String... environment) {
    return config(environment).store().nearCache().invalidation();
  }

  @Test
  void changesArriveAsTheStoreTellsThem() {
    String[] redis = {"STATEKEEP_LAYERED_BACKING", "redis", "STATEKEEP_TOKEN_SIGNING_KEYS", KEY};
    String[] postgres = {
      "STATEKEEP_JDBC_URL", "jdbc:postgresql://h/d?user=u", "STATEKEEP_TOKEN_SIGNING_KEYS", KEY
    };
    String[] mariadb = {
      "STATEKEEP_JDBC_URL", "jdbc:mariadb://h/d", "STATEKEEP_TOKEN_SIGNING_KEYS", KEY
    };
    assertThat(invalidation(redis)).isEqualTo(Config.Invalidation.REDIS);
    assertThat(invalidation(postgres)).isEqualTo(Config.Invalidation.POSTGRES);
    assertThat(invalidation(mariadb)).isEqualTo(Config.Invalidation.NONE);
    assertThat(invalidation()).isEqualTo(Config.Invalidation.NONE);
    assertThat(invalidation(and(redis, "STATEKEEP_LAYERED_INVALIDATION", "none")))
        .isEqualTo(Config.Invalidation.NONE);
    assertThat(invalidation(and(redis, "STATEKEEP_LAYERED_MAX_STALE", "0")))
        .isEqualTo(Config.Invalidation.NONE);
    assertThat(problems(and(postgres, "STATEKEEP_LAYERED_INVALIDATION", "redis")))
        .singleElement()
        .asString()
        .startsWith("layered.invalidation = redis: must be");
    assertThat(problems(and(mariadb, "STATEKEEP_LAYERED_INVALIDATION", "postgres"))).hasSize(1);
  }

  @Test
  void aDatabaseThatTheChannelCannotReachAsTheUrlAsksTellsNothing() {
    String[] ownCertificate = {
      "STATEKEEP_JDBC_URL",
      "jdbc:postgresql://h/d?user=u&sslcert=/c",
      "STATEKEEP_TOKEN_SIGNING_KEYS",
      KEY
    };
    assertThat(invalidation(ownCertificate)).isEqualTo(Config.Invalidation.NONE);
    assertThat(problems(and(ownCertificate, "STATEKEEP_LAYERED_INVALIDATION", "postgres")))
        .hasSize(1);
  }

  private static String[] and(String[] environment, String... more) {
    return Stream.concat(Stream.of(environment), Stream.of(more)).toArray(String[]::new);
  }

  // --- choices, flags, numbers

  @ParameterizedTest
  @ValueSource(
      strings = {
        "STORE",
        "LAYERED_BACKING",
        "LAYERED_INVALIDATION",
        "REDIS_MODE",
        "FORMAT",
        "LOG_LEVEL",
        "LOG_FORMAT",
        "COOKIE_SECURE",
        "COOKIE_SAME_SITE",
        "COOKIE_HTTP_ONLY",
        "COOKIE_PERSISTENT",
        "COOKIE_PARTITIONED",
        "TUTORIAL_ENABLED"
      })
  void aChoiceIsOneOfThoseThatAreNamed(String key) {
    for (String bad : List.of("nonsense", "", " ", "0", "true,false")) {
      assertThat(problems("STATEKEEP_" + key, bad))
          .as(key + "=" + bad)
          .singleElement()
          .asString()
          .contains("must be one of [");
    }
  }

  @Test
  void choicesAreReadInAnyCase() {
    Config config =
        config(
            "STATEKEEP_STORE", "Local",
            "STATEKEEP_LOG_LEVEL", "WARN",
            "STATEKEEP_LOG_FORMAT", "JSON",
            "STATEKEEP_TUTORIAL_ENABLED", "False",
            "STATEKEEP_COOKIE_SAME_SITE", "STRICT");
    assertThat(config.store().kind()).isEqualTo(Config.StoreKind.LOCAL);
    assertThat(config.log()).isEqualTo(new Config.Log("WARN", true));
    assertThat(config.tutorial()).isFalse();
    assertThat(config.cookie().attributes().sameSite()).isEqualTo(SameSite.STRICT);
  }

  @ParameterizedTest
  @CsvSource({
    "HTTP_PORT, 0, 65535",
    "MANAGEMENT_PORT, 0, 65535",
    "HTTP_EVENT_LOOPS, 1, 1024",
    "STORE_MAX_PENDING, 1, 1000000",
    "LOCAL_MAX_SESSIONS, 1, 2147483647",
    "JDBC_CONNECTIONS, 2, 1000",
    "SESSION_MAX_ATTRIBUTES, 1, 10000",
    "PURGE_BATCH, 1, 10000"
  })
  void aNumberIsWithinItsBounds(String key, long least, long most) {
    assertThat(config("STATEKEEP_" + key, Long.toString(least))).isNotEqualTo(config());
    assertThat(config("STATEKEEP_" + key, Long.toString(most))).isNotEqualTo(config());
    for (Object bad :
        List.of(least - 1, most + 1, "", "1.0", "0x50", "1e3", "\uFF18", "9".repeat(30))) {
      assertThat(problems("STATEKEEP_" + key, bad.toString()))
          .as(key + "=" + bad)
          .singleElement()
          .asString()
          .endsWith("must be a whole number in " + least + ".." + most);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "HTTP_IDLE_TIMEOUT, 1s, 1d, 999ms, 2d",
    "STORE_TIMEOUT, 10ms, 1h, 9ms, 2h",
    "LAYERED_MAX_STALE, 0, 1h, -1s, 2h",
    "SESSION_IDLE_TIMEOUT, 1ms, 36500d, 0, 36501d",
    "SESSION_ABSOLUTE_TIMEOUT, 1ms, 36500d, 0, 36501d",
    "SESSION_TOUCH_INTERVAL, 0, 36500d, -1s, 36501d",
    "PURGE_INTERVAL, 100ms, 1d, 99ms, 2d",
    "SHUTDOWN_TIMEOUT, 0, 1d, -1s, 2d"
  })
  void aDurationIsWithinItsBounds(
      String key, String least, String most, String tooShort, String tooLong) {
    assertThat(config("STATEKEEP_" + key, least)).isNotEqualTo(config());
    assertThat(config("STATEKEEP_" + key, most)).isNotEqualTo(config());
    for (String bad : List.of(tooShort, tooLong)) {
      assertThat(problems("STATEKEEP_" + key, bad))
          .as(key + "=" + bad)
          .singleElement()
          .asString()
          .endsWith(", from " + (least.equals("0") ? "0s" : least) + " to " + most);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "SESSION_MAX_BYTES, 64, 16MiB, 63, 16777217",
    "LAYERED_MAX_BYTES, 0, 1048576GiB, -1, 1048577GiB",
    "LOCAL_MAX_BYTES, 1MiB, 1048576GiB, 1023KiB, 1125899906842625"
  })
  void aSizeIsWithinItsBounds(
      String key, String least, String most, String tooSmall, String tooLarge) {
    assertThat(config("STATEKEEP_" + key, least)).isNotEqualTo(config());
    assertThat(config("STATEKEEP_" + key, most)).isNotEqualTo(config());
    for (String bad : List.of(tooSmall, tooLarge)) {
      assertThat(problems("STATEKEEP_" + key, bad))
          .as(key + "=" + bad)
          .singleElement()
          .asString()
          .contains("must be a size such as ");
    }
  }

  @Test
  void sizesLeftToUsFollowTheHeap() {
    long heap = Runtime.getRuntime().maxMemory();
    assertThat(config().store().nearCache().maxBytes()).isEqualTo(heap / 8);
    assertThat(config().store().localBytes()).isEqualTo(heap / 2);
  }

  @Test
  void noneAndEmptyMeanThatThereIsNone() {
    for (String none : List.of("none", "", " ")) {
      assertThat(
              config(
                  "STATEKEEP_SESSION_ABSOLUTE_TIMEOUT", none,
                  "STATEKEEP_JDBC_USER", none,
                  "STATEKEEP_JDBC_PASSWORD", none,
                  "STATEKEEP_COOKIE_DOMAIN", none,
                  "STATEKEEP_TOKEN_SIGNING_KEYS", none,
                  "STATEKEEP_USERS_FILE", none,
                  "STATEKEEP_TRUSTED_PROXIES", none))
          .isEqualTo(config());
    }
  }

  @Test
  void valuesArriveWhereTheyAreNeeded() {
    Config config =
        config(
            "STATEKEEP_SESSION_IDLE_TIMEOUT", "1h",
            "STATEKEEP_SESSION_ABSOLUTE_TIMEOUT", "2d",
            "STATEKEEP_SESSION_TOUCH_INTERVAL", "5",
            "STATEKEEP_SESSION_MAX_ATTRIBUTES", "7",
            "STATEKEEP_SESSION_MAX_BYTES", "1KiB",
            "STATEKEEP_SESSION_MAX_PER_SUBJECT", "3",
            "STATEKEEP_SESSION_OVER_LIMIT", "end-oldest",
            "STATEKEEP_EVENTS_MAX", "12",
            "STATEKEEP_EVENTS_RETENTION", "2h",
            "STATEKEEP_COOKIE_PERSISTENT", "false",
            "STATEKEEP_PURGE_INTERVAL", "1m",
            "STATEKEEP_PURGE_BATCH", "9",
            "STATEKEEP_USERS_FILE", "src/test/resources/users",
            "STATEKEEP_JDBC_USER", "sa",
            "STATEKEEP_JDBC_PASSWORD", "none of your business");
    assertThat(config.policy())
        .isEqualTo(
            new SessionPolicy(3_600_000, 172_800_000, 5_000, false, 7, 1024)
                .withMaxPerSubject(3, OverLimit.END_OLDEST));
    assertThat(config.events()).isEqualTo(new Config.Events(12, Duration.ofHours(2)));
    assertThat(config.purge()).isEqualTo(new Config.Purge(Duration.ofMinutes(1), 9));
    assertThat(config.usersFile()).get().hasToString("UsersFile[2 users]");
    assertThat(config.store().jdbc().user()).isEqualTo("sa");
    assertThat(config.store().jdbc().password()).isEqualTo("none of your business");
  }

  // --- listeners

  @Test
  void theTwoListenersCannotShareAPort() {
    assertThat(problems("STATEKEEP_HTTP_PORT", "9000", "STATEKEEP_MANAGEMENT_PORT", "9000"))
        .containsExactly("management.port = 9000: must not be http.port");
    assertThat(problems("STATEKEEP_HTTP_PORT", "8081"))
        .containsExactly("management.port = 8081: must not be http.port");
  }

  @Test
  void bothListenersMayTakeFreePorts() {
    Config config = config("STATEKEEP_HTTP_PORT", "0", "STATEKEEP_MANAGEMENT_PORT", "0");
    assertThat(config.http().listener().port()).isZero();
    assertThat(config.management().port()).isZero();
  }

  // --- databases and Redis

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:hsqldb:file:data/statekeep",
        "jdbc:hsqldb:file:/var/lib/statekeep/db;hsqldb.tx=mvcc",
        "jdbc:hsqldb:mem:test",
        "JDBC:HSQLDB:FILE:data/x"
      })
  void anEmbeddedDatabaseNeedsNoSigningKeys(String url) {
    for (String store : List.of("jdbc", "layered")) {
      Config config = config("STATEKEEP_STORE", store, "STATEKEEP_JDBC_URL", url);
      assertThat(config.store().jdbc().url()).isEqualTo(url);
      assertThat(config.signingKeys()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:postgresql://db:5432/app",
        "jdbc:postgresql://one,two/app?ssl=true",
        "jdbc:mariadb://db/app",
        "jdbc:MariaDB:sequential://one,two/app"
      })
  void aDatabaseServerNeedsSigningKeys(String url) {
    for (String store : List.of("jdbc", "layered")) {
      assertNeedsSigningKeys("STATEKEEP_STORE", store, "STATEKEEP_JDBC_URL", url);
    }
  }

  @Test
  void redisNeedsSigningKeys() {
    assertNeedsSigningKeys("STATEKEEP_STORE", "redis");
    assertNeedsSigningKeys("STATEKEEP_STORE", "layered", "STATEKEEP_LAYERED_BACKING", "redis");
  }

  private static void assertNeedsSigningKeys(String... namesAndValues) {
    assertThat(problems(namesAndValues))
        .singleElement()
        .asString()
        .startsWith("token.signing-keys = none: ")
        .contains("keys new", "STATEKEEP_TOKEN_SIGNING_KEYS_FILE");
    var environment = environment(namesAndValues);
    environment.put("STATEKEEP_TOKEN_SIGNING_KEYS", KEY);
    assertThat(Config.load(null, environment).signingKeys()).isPresent();
  }

  @Test
  void theMemoryOfOneNodeNeedsNoSigningKeys() {
    assertThat(
            config("STATEKEEP_STORE", "local", "STATEKEEP_JDBC_URL", "jdbc:postgresql://db/app")
                .signingKeys())
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:mysql://db/app",
        "jdbc:hsqldb:hsql://db",
        "jdbc:hsqldb:res:db",
        "postgresql://db/app",
        "jdbc:",
        ""
      })
  void otherDatabasesAreRefused(String url) {
    assertThat(problems("STATEKEEP_STORE", "jdbc", "STATEKEEP_JDBC_URL", url))
        .singleElement()
        .asString()
        .startsWith("jdbc.url = ")
        .contains("jdbc:postgresql:");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "redis://127.0.0.1",
        "redis://127.0.0.1:6379",
        "redis://127.0.0.1:6379/",
        "redis://127.0.0.1:6379/15",
        "redis://[::1]:6379/0",
        "redis://user:p%40ss@redis.example.com:6379/0",
        "rediss://:secret@redis.example.com:6380/0"
      })
  void aRedisUrlNamesAHost(String url) {
    Config config =
        config(
            "STATEKEEP_STORE", "redis",
            "STATEKEEP_REDIS_URL", url,
            "STATEKEEP_TOKEN_SIGNING_KEYS", KEY);
    assertThat(config.store().redis().urls()).containsExactly(url);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "none",
        "127.0.0.1:6379",
        "http://" + SECRET + "@127.0.0.1",
        "redis:" + SECRET,
        "redis://",
        "redis:///0",
        "redis://:" + SECRET,
        "redis://:" + SECRET + " x@127.0.0.1",
        "redis://:" + SECRET + "%zz@127.0.0.1",
        "redis://:" + SECRET + "@under_score",
        "redis://:" + SECRET + "@127.0.0.1:99999",
        "redis://:" + SECRET + "@127.0.0.1:0",
        "redis://:" + SECRET + "@127.0.0.1/zero",
        "redis://:" + SECRET + "@127.0.0.1/0/1"
      })
  void anotherRedisUrlIsRefusedAndNotShown(String url) {
    assertThat(problems("STATEKEEP_REDIS_URL", url))
        .containsExactly(
            "redis.url = ***: must be redis://host:port/database or rediss://..., or a list");
  }

  private static Map<String, String> cluster(String url) {
    return Map.of(
        "STATEKEEP_STORE",
        "redis",
        "STATEKEEP_REDIS_MODE",
        "cluster",
        "STATEKEEP_REDIS_URL",
        url,
        "STATEKEEP_TOKEN_SIGNING_KEYS",
        KEY);
  }

  @Test
  void sentinelsAndClustersHaveAListOfUrls() {
    String list = "redis://:" + SECRET + "@a:1/0, rediss://b:2";
    Config config = Config.load(null, cluster(list));
    assertThat(config.store().redis().mode()).isEqualTo(RedisAddress.Mode.CLUSTER);
    assertThat(config.store().redis().urls())
        .containsExactly("redis://:" + SECRET + "@a:1/0", "rediss://b:2");
    assertThat(config.store().redis().toString()).doesNotContain(SECRET);
    Map<String, String> sentinels = new HashMap<>(cluster("redis://a/3,redis://b"));
    sentinels.put("STATEKEEP_REDIS_MODE", "sentinel");
    assertThat(Config.load(null, sentinels).store().redis().masterName()).isEqualTo("mymaster");
  }

  @Test
  void aListForOneServerIsRefused() {
    assertThat(problems("STATEKEEP_REDIS_URL", "redis://:" + SECRET + "@a,redis://b"))
        .containsExactly(
            "redis.url = ***: must be one URL with redis.mode: standalone; a list is of sentinels"
                + " or of a cluster");
    assertThat(problems("STATEKEEP_REDIS_URL", "redis://a,", "STATEKEEP_REDIS_MODE", "cluster"))
        .singleElement()
        .asString()
        .startsWith("redis.url = ***: must be redis://host:port/database");
  }

  @Test
  void whatAClusterCannotDoIsRefused() {
    Map<String, String> settings = new HashMap<>(cluster("redis://a/1"));
    settings.put("STATEKEEP_REDIS_PREFIX", "{x}:");
    settings.put("STATEKEEP_SESSION_MAX_PER_SUBJECT", "3");
    assertThatThrownBy(() -> Config.load(null, settings))
        .hasMessageContaining("redis.url = ***: must name no database but 0")
        .hasMessageContaining("redis.prefix = {x}:: must be without {")
        .hasMessageContaining("session.max-per-subject = 3: must be 0 with redis.mode: cluster");
    // What is not in use does not matter.
    assertThat(
            config(
                    "STATEKEEP_REDIS_MODE", "cluster",
                    "STATEKEEP_SESSION_MAX_PER_SUBJECT", "3")
                .policy()
                .maxPerSubject())
        .isEqualTo(3);
  }

  @Test
  void theRedisPrefixIsNotEmpty() {
    assertThat(problems("STATEKEEP_REDIS_PREFIX", ""))
        .containsExactly("redis.prefix = : must not be empty");
  }

  // --- keys

  @Test
  void everySigningKeyIsChecked() {
    assertThat(problems("STATEKEEP_TOKEN_SIGNING_KEYS", KEY + "," + SECRET + "!"))
        .containsExactly("token.signing-keys = ***: signing key 2 is not base64url");
    assertThat(problems("STATEKEEP_TOKEN_SIGNING_KEYS", KEY + ","))
        .containsExactly(
            "token.signing-keys = ***: signing key 2 has 0 bytes, at least 32 are required");
    assertThat(config("STATEKEEP_TOKEN_SIGNING_KEYS", KEY + " , " + KEY).signingKeys())
        .hasValueSatisfying(ring -> assertThat(ring).hasToString("KeyRing[2 keys]"));
  }

  // --- the cookie

  @ParameterizedTest
  @CsvSource({
    "true, true, false",
    "false, false, false",
    "auto, false, true",
  })
  void secureIsOnOffOrAsTheTransportIs(String text, boolean secure, boolean byTransport) {
    Config.SessionCookieRules cookie = config("STATEKEEP_COOKIE_SECURE", text).cookie();
    assertThat(cookie.attributes().secure()).isEqualTo(secure);
    assertThat(cookie.secureByTransport()).isEqualTo(byTransport);
  }

  @Test
  void theCookieIsAsConfigured() {
    assertThat(
            config(
                    "STATEKEEP_COOKIE_NAME", "sid",
                    "STATEKEEP_COOKIE_SECURE", "true",
                    "STATEKEEP_COOKIE_SAME_SITE", "None",
                    "STATEKEEP_COOKIE_HTTP_ONLY", "false",
                    "STATEKEEP_COOKIE_PATH", "/app",
                    "STATEKEEP_COOKIE_DOMAIN", "example.com",
                    "STATEKEEP_COOKIE_PARTITIONED", "true")
                .cookie())
        .isEqualTo(
            new Config.SessionCookieRules(
                "sid",
                new CookieAttributes("/app", "example.com", true, false, SameSite.NONE, true),
                false));
  }

  @ParameterizedTest
  @ValueSource(strings = {"__Host-sid", "__Secure-sid", "__Http-sid", "__Host-Http-sid"})
  void aPrefixedNameIsPossibleWithTheDefaultsAndSecure(String name) {
    assertThat(config("STATEKEEP_COOKIE_NAME", name, "STATEKEEP_COOKIE_SECURE", "true").cookie())
        .extracting(Config.SessionCookieRules::name)
        .isEqualTo(name);
  }

  @ParameterizedTest
  @CsvSource({
    "__Host-sid, COOKIE_DOMAIN, example.com, cookie.domain = example.com",
    "__Host-sid, COOKIE_PATH, /x, cookie.path = /x",
    "__Host-sid, COOKIE_SECURE, false, cookie.secure = false",
    "__Host-sid, COOKIE_SECURE, auto, cookie.secure = auto",
    "__host-sid, COOKIE_PATH, /x, cookie.path = /x",
    "__Secure-sid, COOKIE_SECURE, false, cookie.secure = false",
    "__Http-sid, COOKIE_HTTP_ONLY, false, cookie.http-only = false",
    "__Host-Http-sid, COOKIE_HTTP_ONLY, false, cookie.http-only = false",
    "sid, COOKIE_PATH, x, cookie.path = x",
    "sid, COOKIE_PATH, '', 'cookie.path = '",
    "sid, COOKIE_PATH, /;x, cookie.path = /;x",
    "sid, COOKIE_DOMAIN, .example.com, cookie.domain = .example.com",
    "sid, COOKIE_DOMAIN, a b, cookie.domain = a b",
    "'', COOKIE_SECURE, true, 'cookie.name = '",
    "a=b, COOKIE_SECURE, true, cookie.name = a=b",
  })
  void aContradictionOfTheCookieNamesTheKeyThatIsToBeChanged(
      String name, String key, String value, String problem) {
    assertThat(
            problems(
                "STATEKEEP_COOKIE_SECURE",
                "true",
                "STATEKEEP_COOKIE_NAME",
                name,
                "STATEKEEP_" + key,
                value))
        .singleElement()
        .asString()
        .startsWith(problem + ": ");
  }

  @ParameterizedTest
  @CsvSource({"COOKIE_SAME_SITE, None", "COOKIE_PARTITIONED, true"})
  void whatNeedsSecureIsRefusedWithoutIt(String key, String value) {
    for (String secure : List.of("auto", "false")) {
      assertThat(problems("STATEKEEP_" + key, value, "STATEKEEP_COOKIE_SECURE", secure))
          .singleElement()
          .asString()
          .contains("requires Secure", "cookie.secure");
    }
    assertThat(config("STATEKEEP_" + key, value, "STATEKEEP_COOKIE_SECURE", "true").cookie())
        .isNotEqualTo(config().cookie());
  }

  @Test
  void everyContradictionOfTheCookieIsNamed() {
    assertThat(
            problems(
                "STATEKEEP_COOKIE_NAME", "__Host-Http-sid",
                "STATEKEEP_COOKIE_SECURE", "false",
                "STATEKEEP_COOKIE_HTTP_ONLY", "false",
                "STATEKEEP_COOKIE_PATH", "/x",
                "STATEKEEP_COOKIE_DOMAIN", "example.com",
                "STATEKEEP_COOKIE_SAME_SITE", "None",
                "STATEKEEP_COOKIE_PARTITIONED", "true"))
        .extracting(problem -> problem.substring(0, problem.indexOf(" = ")))
        .containsExactlyInAnyOrder(
            "cookie.secure",
            "cookie.http-only",
            "cookie.path",
            "cookie.domain",
            "cookie.same-site",
            "cookie.partitioned");
  }

  @Test
  void aNameThatLeavesNoRoomForATokenIsRefused() {
    assertThat(problems("STATEKEEP_COOKIE_NAME", "n".repeat(4096)))
        .singleElement()
        .asString()
        .startsWith("cookie.name = ")
        .contains("4096");
  }
}
