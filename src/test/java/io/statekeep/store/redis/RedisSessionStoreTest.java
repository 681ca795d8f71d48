package io.statekeep.store.redis;

import io.statekeep.session.SessionStore;
import io.statekeep.store.SessionStoreContract;
import io.statekeep.testing.Servers;
import org.junit.jupiter.api.BeforeEach;

class RedisSessionStoreTest extends SessionStoreContract {
  private String prefix = "";

  // Runs before the contract opens its stores: a fresh prefix is an empty store.
  @BeforeEach
  @Override
  protected void openStores() {
    prefix = Servers.newName() + ":";
    super.openStores();
  }

  @Override
  protected SessionStore open(int node) {
    String url = Servers.redisUrl();
    RedisSessionStore.Rules rules = new RedisSessionStore.Rules(POLICY, clock, prefix, 30_000);
    return new RedisSessionStore(vertx, rules, RedisSessionStore.clients(vertx, url, 30_000));
  }
}
