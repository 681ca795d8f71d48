package io.statekeep.store.redis;

import io.statekeep.session.SessionStore;
import io.statekeep.store.SessionStoreContract;
import io.statekeep.testing.Servers;

class RedisSessionStoreTest extends SessionStoreContract {
  private String prefix = "";

  @Override
  protected SessionStore open(int node) {
    // A fresh prefix is an empty store.
    prefix = node == 0 ? Servers.newName() + ":" : prefix;
    RedisSessionStore.Rules rules = new RedisSessionStore.Rules(policy, clock, prefix, 30_000);
    return new RedisSessionStore(vertx, rules, RedisAddress.standalone(url(), 30_000));
  }

  String url() {
    return Servers.redisUrl();
  }
}
