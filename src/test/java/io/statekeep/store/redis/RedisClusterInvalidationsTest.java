package io.statekeep.store.redis;

import static io.statekeep.testing.Await.await;
import static io.statekeep.testing.Await.awaitAll;
import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.session.Creation;
import io.statekeep.session.EndReason;
import io.statekeep.session.SessionDelta;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionPolicy;
import io.statekeep.session.SessionRecord;
import io.statekeep.store.InvalidationChannel;
import io.statekeep.testing.HeardChanges;
import io.statekeep.testing.Keys;
import io.statekeep.testing.OwnCluster;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a node is told where several primaries hold the sessions, and where slots move. */
class RedisClusterInvalidationsTest {
  // Far above what a loaded machine needs.
  private static final long TIMEOUT_MILLIS = 20_000;
  private static final RedisInvalidations.Rules RULES =
      new RedisInvalidations.Rules(TIMEOUT_MILLIS, TIMEOUT_MILLIS, 10);

  private Vertx vertx;
  private OwnCluster cluster;
  private RedisSessionStore store;
  private InvalidationChannel channel;
  private final HeardChanges heard = new HeardChanges();

  @BeforeEach
  void start() {
    vertx = Vertx.vertx();
    cluster = OwnCluster.start(0);
    store =
        new RedisSessionStore(
            vertx,
            new RedisSessionStore.Rules(
                SessionPolicy.DEFAULT, InstantSource.system(), "f:", TIMEOUT_MILLIS),
            new RedisAddress(RedisAddress.Mode.CLUSTER, cluster.urls(), "", TIMEOUT_MILLIS));
    channel = store.invalidations(vertx, RULES);
    channel.open(heard);
    heard.await("connected");
  }

  @AfterEach
  void stop() {
    await(channel.close());
    await(store.close());
    await(vertx.close());
    cluster.stop();
  }

  private SessionKey created() {
    SessionRecord record =
        SessionRecord.create(Keys.next(), SessionPolicy.DEFAULT, System.currentTimeMillis());
    await(store.create(Creation.of(record)));
    return record.key();
  }

  @Test
  void everyPrimaryTells() {
    List<SessionKey> keys = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      keys.add(created());
    }
    heard.awaitAll();
    List<Future<?>> changes = new ArrayList<>();
    keys.forEach(key -> changes.add(store.save(key, SessionDelta.put("a", "1"))));
    awaitAll(changes.stream().map(change -> change.<Void>mapEmpty()).toList());
    assertThat(heard.awaitAll()).containsAll(keys.stream().map(SessionKey::value).toList());
  }

  @Test
  void whenASlotHasMovedItsNewServerIsHeard() {
    SessionKey key = created();
    String name = "f:{" + key.value().charAt(0) + "}:s:" + key.value();
    String slot = cluster.run(0, "KEYSLOT", name).toString();
    int from = cluster.holder(name);
    int to = (from + 1) % 3;
    cluster.run(to, "SETSLOT", slot, "IMPORTING", cluster.id(from));
    cluster.run(from, "SETSLOT", slot, "MIGRATING", cluster.id(to));
    String port = Integer.toString(cluster.node(to).port());
    cluster
        .run(from, "GETKEYSINSLOT", slot, "10000")
        .forEach(
            moving ->
                cluster
                    .shell(from)
                    .run("MIGRATE", "127.0.0.1", port, moving.toString(), "0", "5000"));
    cluster.run(to, "SETSLOT", slot, "NODE", cluster.id(to));
    cluster.run(from, "SETSLOT", slot, "NODE", cluster.id(to));
    assertThat(heard.await("connected")).contains("lost");
    await(store.delete(key, EndReason.REVOKED));
    assertThat(heard.awaitAll()).contains(key.value());
  }

  @Test
  void aPrimaryThatIsGoneIsALoss() {
    cluster.node(0).kill();
    heard.await("lost");
  }
}
