package io.statekeep.store.redis;

import io.statekeep.testing.RedisVersion;

class Redis7FaultTest extends RedisFaultTest {
  @Override
  RedisVersion version() {
    return RedisVersion.REDIS_7;
  }
}
