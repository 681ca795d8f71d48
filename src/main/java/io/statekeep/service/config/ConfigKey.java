package io.statekeep.service.config;

import java.util.Locale;
import java.util.regex.Pattern;

/** Every key there is, with its default. {@code conf/statekeep.yaml} says what each is for. */
public enum ConfigKey {
  HTTP_HOST("http.host", "127.0.0.1"),
  HTTP_PORT("http.port", "8080"),
  HTTP_EVENT_LOOPS("http.event-loops", "auto"),
  HTTP_IDLE_TIMEOUT("http.idle-timeout", "60s"),
  MANAGEMENT_HOST("management.host", "127.0.0.1"),
  MANAGEMENT_PORT("management.port", "8081"),
  STORE("store", "layered"),
  STORE_TIMEOUT("store.timeout", "2s"),
  STORE_MAX_PENDING("store.max-pending", "10000"),
  LAYERED_BACKING("layered.backing", "jdbc"),
  LAYERED_MAX_STALE("layered.max-stale", "2s"),
  LAYERED_MAX_BYTES("layered.max-bytes", "auto"),
  LAYERED_INVALIDATION("layered.invalidation", "auto"),
  LOCAL_MAX_SESSIONS("local.max-sessions", "1000000"),
  LOCAL_MAX_BYTES("local.max-bytes", "auto"),
  JDBC_URL("jdbc.url", "jdbc:hsqldb:file:data/statekeep"),
  JDBC_USER("jdbc.user", "none"),
  JDBC_PASSWORD("jdbc.password", "none", true),
  JDBC_CONNECTIONS("jdbc.connections", "8"),
  REDIS_URL("redis.url", "redis://127.0.0.1:6379/0", true),
  REDIS_MODE("redis.mode", "standalone"),
  REDIS_MASTER_NAME("redis.master-name", "mymaster"),
  REDIS_PREFIX("redis.prefix", "statekeep:"),
  SESSION_IDLE_TIMEOUT("session.idle-timeout", "14d"),
  SESSION_ABSOLUTE_TIMEOUT("session.absolute-timeout", "none"),
  SESSION_TOUCH_INTERVAL("session.touch-interval", "60s"),
  SESSION_MAX_ATTRIBUTES("session.max-attributes", "256"),
  SESSION_MAX_BYTES("session.max-bytes", "64KiB"),
  SESSION_MAX_PER_SUBJECT("session.max-per-subject", "0"),
  SESSION_OVER_LIMIT("session.over-limit", "reject"),
  EVENTS_MAX("events.max", "10000"),
  EVENTS_RETENTION("events.retention", "24h"),
  PURGE_INTERVAL("purge.interval", "10s"),
  PURGE_BATCH("purge.batch", "500"),
  COOKIE_NAME("cookie.name", "sessionid"),
  COOKIE_SECURE("cookie.secure", "auto"),
  COOKIE_SAME_SITE("cookie.same-site", "Lax"),
  COOKIE_HTTP_ONLY("cookie.http-only", "true"),
  COOKIE_PATH("cookie.path", "/"),
  COOKIE_DOMAIN("cookie.domain", "none"),
  COOKIE_PERSISTENT("cookie.persistent", "true"),
  COOKIE_PARTITIONED("cookie.partitioned", "false"),
  TOKEN_SIGNING_KEYS("token.signing-keys", "none", true),
  API_KEYS("api.keys", "none", true),
  TUTORIAL_ENABLED("tutorial.enabled", "true"),
  USERS_FILE("users.file", "none"),
  FORMAT("format", "native"),
  TRUSTED_PROXIES("trusted-proxies", "none"),
  SHUTDOWN_TIMEOUT("shutdown.timeout", "8s"),
  LOG_LEVEL("log.level", "info"),
  LOG_FORMAT("log.format", "text");

  private static final String MASK = "***";
  private static final Pattern PARAMETERS = Pattern.compile("[?;].*", Pattern.DOTALL);

  private final String path;
  private final String defaultText;
  private final boolean secret;

  ConfigKey(String path, String defaultText) {
    this(path, defaultText, false);
  }

  ConfigKey(String path, String defaultText, boolean secret) {
    this.path = path;
    this.defaultText = defaultText;
    this.secret = secret;
  }

  /** The key as YAML has it. */
  public String path() {
    return path;
  }

  /** The key as the environment has it. */
  public String environmentName() {
    return "STATEKEEP_" + path.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
  }

  /** The value where nobody gives one. */
  public String defaultText() {
    return defaultText;
  }

  /** Whether the value is never shown. */
  public boolean isSecret() {
    return secret;
  }

  /** A value as it may be shown: a secret not at all, a URL without what may be one. */
  String masked(String text) {
    if (secret) {
      return MASK;
    }
    return this == JDBC_URL ? withoutSecrets(text) : text;
  }

  // A URL has its password before an @ or among its parameters.
  private static String withoutSecrets(String url) {
    int user = url.lastIndexOf('@') + 1;
    int parameters = PARAMETERS.matcher(url).replaceFirst("").length();
    if (user > parameters) {
      return MASK;
    }
    return (user > 0 ? MASK + "@" : "")
        + url.substring(user, parameters)
        + (parameters < url.length() ? url.charAt(parameters) + MASK : "");
  }
}
