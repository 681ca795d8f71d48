package io.statekeep.store.redis;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;

/**
 * The servers that hold the sessions, and the connections to them. Connects when first used.
 * Thread-safe.
 */
abstract class RedisServers {
  private final RedisNet net;
  private final RedisLinks links;

  private RedisServers(RedisNet net) {
    this.net = net;
    links = new RedisLinks(net);
  }

  static RedisServers at(Vertx vertx, RedisAddress address) {
    RedisNet net = new RedisNet(vertx, address.timeoutMillis());
    return switch (address.mode()) {
      case STANDALONE -> new OnePrimary(net, RedisServer.of(address.urls().get(0)));
      case SENTINEL -> new OnePrimary(net, new Sentinels(net, address));
      case CLUSTER -> new ManyPrimaries(net, new Cluster(net, address));
    };
  }

  /** How commands find their server. */
  abstract Router router();

  /** Where the one primary is; a cluster has none. */
  abstract Locator primary();

  /** All primaries, asked for now. */
  abstract Future<List<RedisServer>> primaries();

  /**
   * Tells, on any thread, that {@link #primaries} may be others from now on. Where there is one at
   * a time, whoever has a connection to it hears of its end in time, and asks then.
   */
  abstract void onChange(Runnable listener);

  RedisLinks links() {
    return links;
  }

  RedisNet net() {
    return net;
  }

  Future<Void> close() {
    return links.close().eventually(net::close);
  }

  private static final class OnePrimary extends RedisServers {
    private final Locator primary;

    OnePrimary(RedisNet net, Locator primary) {
      super(net);
      this.primary = primary;
    }

    @Override
    Router router() {
      return new PrimaryRouter(links(), primary);
    }

    @Override
    Locator primary() {
      return primary;
    }

    @Override
    Future<List<RedisServer>> primaries() {
      return primary.locate().map(List::of);
    }

    @Override
    void onChange(Runnable listener) {}
  }

  private static final class ManyPrimaries extends RedisServers {
    private final Cluster cluster;

    ManyPrimaries(RedisNet net, Cluster cluster) {
      super(net);
      this.cluster = cluster;
      cluster.onChange(() -> links().keepOnly(cluster.primaries()));
    }

    @Override
    Router router() {
      return new ClusterRouter(net(), links(), cluster);
    }

    @Override
    Locator primary() {
      throw new IllegalStateException("a cluster has many primaries");
    }

    @Override
    Future<List<RedisServer>> primaries() {
      return cluster.refresh().map(known -> List.copyOf(cluster.primaries()));
    }

    @Override
    void onChange(Runnable listener) {
      cluster.onChange(listener);
    }
  }
}
