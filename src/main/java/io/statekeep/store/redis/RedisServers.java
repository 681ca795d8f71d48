package io.statekeep.store.redis;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;

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

  /** Who holds which keys, asked for now; fails if nobody tells. */
  abstract Future<Holders> holders(List<Keys> keys);

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
    Future<Holders> holders(List<Keys> keys) {
      long askedAt = System.nanoTime();
      return primary.locateNow().map(server -> new Holders(Map.of(server, keys), false, askedAt));
    }
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
    Future<Holders> holders(List<Keys> keys) {
      return cluster.refresh().map(known -> cluster.holders(keys));
    }
  }
}
