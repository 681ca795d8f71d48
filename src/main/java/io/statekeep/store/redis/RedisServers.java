package io.statekeep.store.redis;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;

/**
 * The servers that hold the sessions, and the connections to them. Connects when first used.
 * Thread-safe.
 */
final class RedisServers {
  private final RedisNet net;
  private final RedisLinks links;
  private final Locator primary;

  private RedisServers(RedisNet net, RedisAddress address) {
    this.net = net;
    links = new RedisLinks(net);
    primary =
        switch (address.mode()) {
          case STANDALONE -> RedisServer.of(address.urls().get(0));
          case SENTINEL -> new Sentinels(net, address);
          case CLUSTER -> throw new IllegalArgumentException("not yet");
        };
  }

  static RedisServers at(Vertx vertx, RedisAddress address) {
    return new RedisServers(new RedisNet(vertx, address.timeoutMillis()), address);
  }

  Router router() {
    return new PrimaryRouter(links, primary);
  }

  /** Where the one primary is. */
  Locator primary() {
    return primary;
  }

  /** All primaries, as they are known now. */
  Future<List<RedisServer>> primaries() {
    return primary.locate().map(List::of);
  }

  Future<Void> close() {
    return links.close().eventually(net::close);
  }
}
