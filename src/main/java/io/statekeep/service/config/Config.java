package io.statekeep.service.config;

import io.statekeep.cookie.CookieAttributes;
import io.statekeep.session.OverLimit;
import io.statekeep.session.SessionPolicy;
import io.statekeep.signing.KeyRing;
import io.statekeep.store.jdbc.JdbcAddress;
import io.statekeep.store.redis.RedisAddress;
import io.statekeep.web.TrustedProxies;
import io.statekeep.web.api.ApiKeys;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The whole configuration, checked. Immutable.
 *
 * @param http the public listener
 * @param management the listener for operators
 * @param store where sessions live
 * @param policy of sessions
 * @param events how many are kept, and how long
 * @param purge of expired ones
 * @param cookie of the session
 * @param signingKeys none where they are made by ourselves
 * @param apiKeys none where one may be made by ourselves
 * @param tutorial whether its routes are served
 * @param usersFile who may log in
 * @param trustedProxies whose headers count
 * @param shutdownTimeout for requests in flight
 * @param log how to write it
 */
public record Config(
    Http http,
    Listener management,
    Store store,
    SessionPolicy policy,
    Events events,
    Purge purge,
    SessionCookieRules cookie,
    Optional<KeyRing> signingKeys,
    Optional<ApiKeys> apiKeys,
    boolean tutorial,
    Optional<UsersFile> usersFile,
    TrustedProxies trustedProxies,
    Duration shutdownTimeout,
    Log log) {

  private static final Duration NO_TIME = Duration.ZERO;
  private static final Duration MILLISECOND = Duration.ofMillis(1);
  private static final Duration DAY = Duration.ofDays(1);
  private static final Duration CENTURY = Duration.ofDays(36_500);
  private static final long MEBIBYTE = 1L << 20;
  private static final long MOST_BYTES = 1L << 50;

  /** An address to listen on; port 0 takes a free one. */
  public record Listener(String host, int port) {}

  /** The public listener: one server on each event loop. */
  public record Http(Listener listener, int eventLoops, Duration idleTimeout) {}

  /** The kinds of store. */
  public enum StoreKind {
    LOCAL,
    JDBC,
    REDIS,
    LAYERED
  }

  /** How the changes of other nodes arrive. */
  public enum Invalidation {
    NONE,
    REDIS,
    POSTGRES
  }

  /** The near cache of {@code layered}: how old a copy may be, and the heap for all of them. */
  public record NearCache(Duration maxStale, long maxBytes, Invalidation invalidation) {}

  /** Where sessions live, and the bounds of it. */
  public record Store(
      StoreKind kind,
      StoreKind backing,
      Duration timeout,
      int maxPending,
      NearCache nearCache,
      int localSessions,
      long localBytes,
      JdbcAddress jdbc,
      int jdbcConnections,
      RedisAddress redis,
      String redisPrefix) {

    /** The kind that keeps the sessions, behind a near cache or not. */
    public StoreKind durableKind() {
      return kind == StoreKind.LAYERED ? backing : kind;
    }

    // A URL may hold a password.
    @Override
    public String toString() {
      return "Store[" + kind + "]";
    }
  }

  /**
   * What is kept of what happened: {@code local} and {@code redis} go by number, {@code jdbc} by
   * time.
   */
  public record Events(int max, Duration retention) {}

  /** How often expired sessions are freed, and how many at once. */
  public record Purge(Duration interval, int batch) {}

  /** The session's cookie; {@code secureByTransport} is {@code cookie.secure: auto}. */
  public record SessionCookieRules(
      String name, CookieAttributes attributes, boolean secureByTransport) {}

  /** How to log. */
  public record Log(String level, boolean json) {}

  /**
   * Reads and checks everything.
   *
   * @param file of YAML, or null
   * @throws ConfigException if anything is wrong
   */
  public static Config load(@Nullable Path file, Map<String, String> environment) {
    ConfigSource source = ConfigSource.read(file, environment);
    ConfigReader reader = new ConfigReader(source.values());
    Config config = read(reader);
    List<String> problems = new ArrayList<>(source.problems());
    problems.addAll(reader.problems());
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
    return config;
  }

  /** The texts of all keys, as they are in effect, secrets masked. */
  public static Map<ConfigKey, String> texts(@Nullable Path file, Map<String, String> environment) {
    ConfigSource source = ConfigSource.read(file, environment);
    Map<ConfigKey, String> texts = new EnumMap<>(ConfigKey.class);
    for (ConfigKey key : ConfigKey.values()) {
      String text = source.values().get(key);
      texts.put(key, text == null ? key.defaultText() : key.masked(text));
    }
    return texts;
  }

  private static Config read(ConfigReader reader) {
    SessionPolicy policy = policy(reader);
    Store store = store(reader);
    if (store.durableKind() == StoreKind.REDIS) {
      RedisReader.check(reader, store, policy);
    }
    Http http = http(reader);
    Listener management = listener(reader, ConfigKey.MANAGEMENT_HOST, ConfigKey.MANAGEMENT_PORT);
    if (management.port() != 0 && management.port() == http.listener().port()) {
      reader.problem(ConfigKey.MANAGEMENT_PORT, "must not be http.port");
    }
    return new Config(
        http,
        management,
        store,
        policy,
        new Events(
            reader.integer(ConfigKey.EVENTS_MAX, 1, 10_000_000),
            reader.duration(ConfigKey.EVENTS_RETENTION, Duration.ofMinutes(1), CENTURY)),
        new Purge(
            reader.duration(ConfigKey.PURGE_INTERVAL, Duration.ofMillis(100), DAY),
            reader.integer(ConfigKey.PURGE_BATCH, 1, 10_000)),
        CookieReader.read(reader),
        signingKeys(reader, store),
        reader.parsed(ConfigKey.API_KEYS, ApiKeys::parse),
        reader.flag(ConfigKey.TUTORIAL_ENABLED),
        reader.parsed(ConfigKey.USERS_FILE, path -> UsersFile.read(Path.of(path))),
        proxies(reader),
        reader.duration(ConfigKey.SHUTDOWN_TIMEOUT, NO_TIME, DAY),
        log(reader));
  }

  private static Http http(ConfigReader reader) {
    reader.choice(ConfigKey.FORMAT, Map.of("native", true));
    return new Http(
        listener(reader, ConfigKey.HTTP_HOST, ConfigKey.HTTP_PORT),
        reader
            .integerOrAuto(ConfigKey.HTTP_EVENT_LOOPS, 1, 1024)
            .orElse(Runtime.getRuntime().availableProcessors()),
        reader.duration(ConfigKey.HTTP_IDLE_TIMEOUT, Duration.ofSeconds(1), DAY));
  }

  private static Listener listener(ConfigReader reader, ConfigKey host, ConfigKey port) {
    return new Listener(reader.nonEmpty(host), reader.integer(port, 0, 65_535));
  }

  private static SessionPolicy policy(ConfigReader reader) {
    boolean endless = reader.optional(ConfigKey.SESSION_ABSOLUTE_TIMEOUT).isEmpty();
    return new SessionPolicy(
        reader.duration(ConfigKey.SESSION_IDLE_TIMEOUT, MILLISECOND, CENTURY).toMillis(),
        endless
            ? SessionPolicy.NO_LIMIT
            : reader.duration(ConfigKey.SESSION_ABSOLUTE_TIMEOUT, MILLISECOND, CENTURY).toMillis(),
        reader.duration(ConfigKey.SESSION_TOUCH_INTERVAL, NO_TIME, CENTURY).toMillis(),
        reader.flag(ConfigKey.COOKIE_PERSISTENT),
        reader.integer(ConfigKey.SESSION_MAX_ATTRIBUTES, 1, 10_000),
        (int) reader.size(ConfigKey.SESSION_MAX_BYTES, 64, 16 * MEBIBYTE),
        reader.integer(ConfigKey.SESSION_MAX_PER_SUBJECT, 0, 10_000),
        reader.choice(
            ConfigKey.SESSION_OVER_LIMIT,
            Map.of("reject", OverLimit.REJECT, "end-oldest", OverLimit.END_OLDEST)));
  }

  private static Store store(ConfigReader reader) {
    Duration timeout =
        reader.duration(ConfigKey.STORE_TIMEOUT, Duration.ofMillis(10), Duration.ofHours(1));
    StoreKind kind =
        reader.choice(
            ConfigKey.STORE,
            Map.of(
                "local", StoreKind.LOCAL,
                "jdbc", StoreKind.JDBC,
                "redis", StoreKind.REDIS,
                "layered", StoreKind.LAYERED));
    StoreKind backing =
        reader.choice(
            ConfigKey.LAYERED_BACKING, Map.of("jdbc", StoreKind.JDBC, "redis", StoreKind.REDIS));
    long heap = Runtime.getRuntime().maxMemory();
    JdbcAddress jdbc = jdbc(reader, timeout);
    return new Store(
        kind,
        backing,
        timeout,
        reader.integer(ConfigKey.STORE_MAX_PENDING, 1, 1_000_000),
        NearCacheReader.read(reader, backing, jdbc, kind == StoreKind.LAYERED),
        reader.integer(ConfigKey.LOCAL_MAX_SESSIONS, 1, Integer.MAX_VALUE),
        reader.sizeOrAuto(ConfigKey.LOCAL_MAX_BYTES, MEBIBYTE, MOST_BYTES, heap / 2),
        jdbc,
        reader.integer(ConfigKey.JDBC_CONNECTIONS, 2, 1000),
        RedisReader.read(reader, timeout),
        reader.nonEmpty(ConfigKey.REDIS_PREFIX));
  }

  private static JdbcAddress jdbc(ConfigReader reader, Duration timeout) {
    JdbcAddress address =
        new JdbcAddress(
            reader.text(ConfigKey.JDBC_URL),
            reader.optional(ConfigKey.JDBC_USER).orElse(""),
            reader.optional(ConfigKey.JDBC_PASSWORD).orElse(""),
            timeout.toMillis());
    reader.parsed(ConfigKey.JDBC_URL, address.url(), url -> address.dialect());
    return address;
  }

  private static Optional<KeyRing> signingKeys(ConfigReader reader, Store store) {
    Optional<KeyRing> keys = reader.parsed(ConfigKey.TOKEN_SIGNING_KEYS, KeyRing::parse);
    boolean shared =
        store.durableKind() == StoreKind.REDIS
            || (store.durableKind() == StoreKind.JDBC && isServer(store.jdbc()));
    if (shared && reader.optional(ConfigKey.TOKEN_SIGNING_KEYS).isEmpty()) {
      reader.problem(
          ConfigKey.TOKEN_SIGNING_KEYS,
          "required with a store that several nodes share: make a key with"
              + " `java -jar statekeep.jar keys new` and give every node the same, best by"
              + " STATEKEEP_TOKEN_SIGNING_KEYS_FILE");
    }
    return keys;
  }

  private static boolean isServer(JdbcAddress address) {
    try {
      return !address.dialect().isEmbedded();
    } catch (IllegalArgumentException e) {
      // The URL's own problem is reported where it is read.
      return false;
    }
  }

  private static TrustedProxies proxies(ConfigReader reader) {
    List<String> networks = reader.list(ConfigKey.TRUSTED_PROXIES);
    long sound =
        networks.stream()
            .flatMap(
                network ->
                    reader.parsed(ConfigKey.TRUSTED_PROXIES, network, Config::proxy).stream())
            .count();
    return sound > 0 && sound == networks.size()
        ? TrustedProxies.of(networks)
        : TrustedProxies.NONE;
  }

  private static TrustedProxies proxy(String network) {
    return TrustedProxies.of(List.of(network));
  }

  private static Log log(ConfigReader reader) {
    String level =
        reader.choice(
            ConfigKey.LOG_LEVEL,
            Map.of(
                "error", "ERROR", "warn", "WARN", "info", "INFO", "debug", "DEBUG", "trace",
                "TRACE"));
    return new Log(level, reader.choice(ConfigKey.LOG_FORMAT, Map.of("text", false, "json", true)));
  }
}
