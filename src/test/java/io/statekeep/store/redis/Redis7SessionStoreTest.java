package io.statekeep.store.redis;

import io.statekeep.testing.Servers;

class Redis7SessionStoreTest extends RedisSessionStoreTest {
  @Override
  String url() {
    return Servers.redis7Url();
  }
}
