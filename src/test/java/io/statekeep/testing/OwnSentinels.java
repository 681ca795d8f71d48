package io.statekeep.testing;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import redis.embedded.RedisSentinel;

/** A primary, a replica and three sentinels for one test class, which may kill them. */
public final class OwnSentinels {
  public static final String NAME = "sessions";

  private final Vertx vertx = Vertx.vertx();
  private final OwnRedis primary;
  private final OwnRedis replica;
  private final List<RedisSentinel> sentinels = new ArrayList<>();

  private OwnSentinels(OwnRedis primary, OwnRedis replica) {
    this.primary = primary;
    this.replica = replica;
  }

  public static OwnSentinels start() {
    OwnRedis primary = OwnRedis.start("repl-diskless-sync-delay 0");
    OwnRedis replica = OwnRedis.start("replicaof 127.0.0.1 " + primary.port());
    OwnSentinels all = new OwnSentinels(primary, replica);
    try {
      for (int i = 0; i < 3; i++) {
        RedisSentinel sentinel =
            RedisSentinel.newRedisSentinel()
                .bind("127.0.0.1")
                .port(Servers.freePort())
                .masterName(NAME)
                .masterPort(primary.port())
                .quorumSize(2)
                .downAfterMilliseconds(1000)
                .failOverTimeout(3000)
                .parallelSyncs(1)
                .build();
        sentinel.start();
        all.sentinels.add(sentinel);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    all.awaitAcquainted();
    return all;
  }

  // A failover takes sentinels that know each other, and a replica that has all data.
  private void awaitAcquainted() {
    try (RedisShell shell = new RedisShell(vertx, replica.url())) {
      OwnCluster.await(() -> shell.run("ROLE").get(3).toString().equals("connected"));
    }
    for (String url : urls()) {
      try (RedisShell shell = new RedisShell(vertx, url)) {
        OwnCluster.await(
            () ->
                shell.run("SENTINEL", "SENTINELS", NAME).size() == 2
                    && shell.run("SENTINEL", "REPLICAS", NAME).size() == 1);
      }
    }
  }

  public OwnRedis primary() {
    return primary;
  }

  public OwnRedis replica() {
    return replica;
  }

  /** The URLs of the sentinels. */
  public List<String> urls() {
    return sentinels.stream().map(s -> "redis://127.0.0.1:" + s.ports().get(0)).toList();
  }

  public void stopSentinel(int place) {
    try {
      sentinels.get(place).stop();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public void stop() {
    for (int i = 0; i < sentinels.size(); i++) {
      stopSentinel(i);
    }
    replica.stop();
    primary.stop();
    Await.await(vertx.close());
  }
}
