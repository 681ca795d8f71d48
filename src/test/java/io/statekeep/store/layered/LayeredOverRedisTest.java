package io.statekeep.store.layered;

import io.statekeep.session.SessionStore;
import io.statekeep.store.redis.RedisAddress;
import io.statekeep.store.redis.RedisSessionStore;
import io.statekeep.testing.Servers;

class LayeredOverRedisTest extends LayeredStoreContract {
  @Override
  SessionStore openBacking() {
    RedisSessionStore.Rules rules =
        new RedisSessionStore.Rules(policy, clock, Servers.newName() + ":", 30_000);
    return new RedisSessionStore(vertx, rules, RedisAddress.standalone(Servers.redisUrl(), 30_000));
  }
}
