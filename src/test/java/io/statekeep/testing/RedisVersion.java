package io.statekeep.testing;

import java.util.Map;
import redis.embedded.core.ExecutableProvider;
import redis.embedded.model.OsArchitecture;

/** Which Redis: the later one does some things in another way. */
public enum RedisVersion {
  REDIS_6 {
    @Override
    ExecutableProvider executable() {
      return ExecutableProvider.newJarResourceProvider();
    }
  },
  REDIS_7 {
    @Override
    ExecutableProvider executable() {
      return ExecutableProvider.newJarResourceProvider(
          Map.of(
              OsArchitecture.UNIX_x86_64, "/redis-server-7.0.15-linux-amd64",
              OsArchitecture.UNIX_AARCH64, "/redis-server-7.0.15-linux-arm64",
              OsArchitecture.MAC_OS_X_x86_64, "/redis-server-7.0.15-darwin-amd64",
              OsArchitecture.MAC_OS_X_ARM64, "/redis-server-7.0.15-darwin-arm64"));
    }
  };

  abstract ExecutableProvider executable();
}
