package io.statekeep.store.redis;

import io.vertx.core.Future;

/** Knows which server to connect to. Equal ones lead to the same server. Thread-safe. */
interface Locator {
  /** Where the server is now; asked for each connection. */
  Future<RedisServer> locate();

  /** The same, by nobody's answer from before. */
  default Future<RedisServer> locateNow() {
    return locate();
  }

  /** What was answered last is not where the server is. */
  default void leadsNowhere() {}
}
