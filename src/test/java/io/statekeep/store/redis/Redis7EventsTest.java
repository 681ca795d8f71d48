package io.statekeep.store.redis;

import io.statekeep.testing.Servers;

/** Redis 7 numbers events by itself. */
class Redis7EventsTest extends RedisEventsTest {
  @Override
  String url() {
    return Servers.redis7Url();
  }
}
