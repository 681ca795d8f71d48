package io.statekeep.testing;

import io.statekeep.service.RunningServer;
import io.statekeep.signing.KeyRing;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Every store that a node can be configured with; a node over each, started when first asked for.
 */
public enum Backend {
  LOCAL("local"),
  HSQLDB("jdbc"),
  POSTGRES("jdbc"),
  MARIADB("jdbc"),
  REDIS("redis"),
  LAYERED_HSQLDB("layered"),
  LAYERED_POSTGRES("layered"),
  LAYERED_MARIADB("layered"),
  LAYERED_REDIS("layered");

  private static final Map<Backend, RunningServer> SHARED = new ConcurrentHashMap<>();

  private final String store;

  Backend(String store) {
    this.store = store;
  }

  /** Settings of a node over a new, empty store of this kind. */
  public Map<String, String> newSettings() {
    Map<String, String> settings = new HashMap<>();
    settings.put("STORE", store);
    // Deadlines have tests of their own; here a loaded machine must not meet them.
    settings.put("STORE_TIMEOUT", "30s");
    settings.put("TOKEN_SIGNING_KEYS", KeyRing.newKey(new SecureRandom()));
    settings.put("API_KEYS", ApiProbe.KEYS);
    if (name().endsWith("HSQLDB")) {
      settings.put("JDBC_URL", Databases.newHsqldb().url());
    } else if (name().endsWith("POSTGRES")) {
      settings.put("JDBC_URL", Servers.newPostgresUrl());
      settings.put("JDBC_USER", "postgres");
    } else if (name().endsWith("MARIADB")) {
      settings.put("JDBC_URL", Servers.newMariaDbUrl());
      settings.put("JDBC_USER", "root");
    } else if (name().endsWith("REDIS")) {
      settings.put("LAYERED_BACKING", "redis");
      settings.put("REDIS_URL", Servers.redisUrl());
      settings.put("REDIS_PREFIX", Servers.newName() + ":");
    }
    return settings;
  }

  /**
   * A node that all tests of this run share; its users are alice and bob, each with the password
   * {@code secret}.
   */
  public HttpProbe shared() {
    return new HttpProbe(SHARED.computeIfAbsent(this, Backend::start).port());
  }

  /** The same node, for a service with a key. */
  public ApiProbe sharedApi() {
    return new ApiProbe(shared());
  }

  private RunningServer start() {
    Map<String, String> settings = newSettings();
    settings.put("USERS_FILE", "src/test/resources/users");
    RunningServer server = RunningServer.start(settings);
    Runtime.getRuntime().addShutdownHook(new Thread(server::close));
    return server;
  }
}
