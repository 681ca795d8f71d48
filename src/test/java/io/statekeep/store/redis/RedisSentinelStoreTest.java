package io.statekeep.store.redis;

import io.statekeep.session.SessionStore;
import io.statekeep.store.SessionStoreContract;
import io.statekeep.testing.OwnSentinels;
import io.statekeep.testing.Servers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class RedisSentinelStoreTest extends SessionStoreContract {
  private static OwnSentinels sentinels;

  private String prefix = "";

  @BeforeAll
  static void startSentinels() {
    sentinels = OwnSentinels.start();
  }

  @AfterAll
  static void stopSentinels() {
    sentinels.stop();
  }

  @Override
  protected SessionStore open(int node) {
    // A fresh prefix is an empty store.
    prefix = node == 0 ? Servers.newName() + ":" : prefix;
    RedisAddress address =
        new RedisAddress(RedisAddress.Mode.SENTINEL, sentinels.urls(), OwnSentinels.NAME, 30_000);
    return new RedisSessionStore(
        vertx, new RedisSessionStore.Rules(policy, clock, prefix, 30_000), address);
  }
}
