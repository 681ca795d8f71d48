package io.statekeep.fault;

import io.statekeep.service.RunningServer;
import io.statekeep.testing.ApiProbe;
import io.statekeep.testing.Backend;
import io.statekeep.testing.FaultProxy;
import io.statekeep.testing.HttpProbe;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Some nodes over one store, each behind a network of its own that may be bad. */
final class Site implements AutoCloseable {
  static final int TIMEOUT_MILLIS = 1000;
  static final int MAX_STALE_MILLIS = 300;

  /** Within which an answer comes, whatever happens: the contract's bound, and a slow machine. */
  static final long ANSWER_MILLIS = TIMEOUT_MILLIS + 1000 + 2000;

  /** Within which a node serves again that was cut off. */
  static final long RECOVERY_MILLIS = 10_000;

  private static final Pattern PORT = Pattern.compile(":(\\d+)(?=[/?]|$)");

  private final List<FaultProxy> proxies = new ArrayList<>();
  private final List<RunningServer> servers = new ArrayList<>();
  private final Map<String, String> settings;

  private Site(Map<String, String> settings) {
    this.settings = settings;
  }

  /** Nodes over a new, empty store. */
  static Site of(Backend backend, int nodes, long seed) {
    return of(backend.newSettings(), nodes, seed, Map.of());
  }

  /**
   * Nodes over the store that these settings name directly.
   *
   * @param more settings that go over those
   */
  static Site of(Map<String, String> store, int nodes, long seed, Map<String, String> more) {
    Map<String, String> settings = new HashMap<>(store);
    settings.put("STORE_TIMEOUT", TIMEOUT_MILLIS + "ms");
    settings.put("LAYERED_MAX_STALE", MAX_STALE_MILLIS + "ms");
    settings.putAll(more);
    Site site = new Site(settings);
    for (int i = 0; i < nodes; i++) {
      site.addProxy(seed + i);
    }
    return site;
  }

  private String urlKey() {
    return settings.containsKey("JDBC_URL") ? "JDBC_URL" : "REDIS_URL";
  }

  /** The store's own URL. */
  String storeUrl() {
    return settings.get(urlKey());
  }

  private void addProxy(long seed) {
    Matcher port = PORT.matcher(storeUrl());
    if (!port.find()) {
      throw new IllegalStateException("no port in the URL of the store");
    }
    proxies.add(FaultProxy.inFrontOf(Integer.parseInt(port.group(1)), seed));
  }

  /** Starts the nodes. */
  Site start() {
    for (FaultProxy proxy : proxies) {
      Map<String, String> own = new HashMap<>(settings);
      own.put(urlKey(), proxy.url(storeUrl()));
      servers.add(RunningServer.start(own));
    }
    return this;
  }

  FaultProxy network(int node) {
    return proxies.get(node);
  }

  List<FaultProxy> networks() {
    return proxies;
  }

  int size() {
    return proxies.size();
  }

  HttpProbe http(int node) {
    return new HttpProbe(servers.get(node).port());
  }

  ApiProbe api(int node) {
    return new ApiProbe(http(node));
  }

  /** The token of a new session with this user, however long the store takes for it. */
  String newToken(int node, int user) {
    String[] token = new String[1];
    await(
        "a session begins",
        () -> {
          token[0] = http(node).get("/set_session?user_id=" + user).token();
          return !token[0].isEmpty();
        });
    return token[0];
  }

  boolean isReady(int node) {
    return management(node).get("/health/ready").status() == 200;
  }

  HttpProbe management(int node) {
    return new HttpProbe(servers.get(node).managementPort());
  }

  /** The value of a metric without labels. */
  double metric(int node, String name) {
    String text = management(node).get("/metrics").body();
    Matcher line = Pattern.compile("(?m)^" + Pattern.quote(name) + " (\\S+)$").matcher(text);
    if (!line.find()) {
      throw new AssertionError("no metric " + name);
    }
    return Double.parseDouble(line.group(1));
  }

  /** Waits for a condition, with a pause between two looks; fails after the time for recovery. */
  static long await(String what, BooleanSupplier condition) {
    long start = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (millisSince(start) > RECOVERY_MILLIS) {
        throw new AssertionError(what + ": not within " + RECOVERY_MILLIS + " ms");
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
    }
    return millisSince(start);
  }

  static long millisSince(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
  }

  @Override
  public void close() {
    servers.forEach(RunningServer::close);
    proxies.forEach(FaultProxy::close);
  }
}
