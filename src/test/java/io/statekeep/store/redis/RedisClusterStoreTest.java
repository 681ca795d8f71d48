package io.statekeep.store.redis;

import io.statekeep.session.SessionStore;
import io.statekeep.store.SessionStoreContract;
import io.statekeep.testing.OwnCluster;
import io.statekeep.testing.Servers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class RedisClusterStoreTest extends SessionStoreContract {
  private static OwnCluster cluster;

  private String prefix = "";

  @BeforeAll
  static void startCluster() {
    cluster = OwnCluster.start(0);
  }

  @AfterAll
  static void stopCluster() {
    cluster.stop();
  }

  @Override
  protected SessionStore open(int node) {
    // A fresh prefix is an empty store.
    prefix = node == 0 ? Servers.newName() + ":" : prefix;
    RedisAddress address = new RedisAddress(RedisAddress.Mode.CLUSTER, cluster.urls(), "", 30_000);
    return new RedisSessionStore(
        vertx, new RedisSessionStore.Rules(policy, clock, prefix, 30_000), address);
  }

  @Override
  protected boolean countsSubjects() {
    return false;
  }
}
