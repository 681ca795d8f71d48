package io.statekeep.store.redis;

import static io.statekeep.testing.Await.await;
import static io.statekeep.testing.Await.awaitAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statekeep.session.Attributes;
import io.statekeep.session.Creation;
import io.statekeep.session.Page;
import io.statekeep.session.Query;
import io.statekeep.session.Rotation;
import io.statekeep.session.SaveOutcome;
import io.statekeep.session.SessionDelta;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionPolicy;
import io.statekeep.session.SessionRecord;
import io.statekeep.session.SessionStoreException;
import io.statekeep.testing.Keys;
import io.statekeep.testing.OwnCluster;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Response;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a store in a cluster does while slots move and nodes are lost. */
class RedisClusterFaultTest {
  private static final SessionPolicy POLICY = SessionPolicy.DEFAULT;
  private static final long TIMEOUT_MILLIS = 20_000;

  private final InstantSource clock = InstantSource.system();
  private Vertx vertx;
  private OwnCluster cluster;
  private RedisSessionStore store;

  @BeforeEach
  void start() {
    vertx = Vertx.vertx();
    cluster = OwnCluster.start(0);
    store = open();
  }

  @AfterEach
  void stop() {
    await(store.close());
    await(vertx.close());
    cluster.stop();
  }

  private RedisSessionStore open() {
    return new RedisSessionStore(
        vertx,
        new RedisSessionStore.Rules(POLICY, clock, "f:", TIMEOUT_MILLIS),
        new RedisAddress(RedisAddress.Mode.CLUSTER, cluster.urls(), "", TIMEOUT_MILLIS));
  }

  private SessionRecord created(String subject) {
    SessionRecord record =
        SessionRecord.create(Keys.next(), POLICY, clock.millis()).withSubject(subject);
    await(store.create(Creation.of(record)));
    return record;
  }

  private static String tag(SessionKey key) {
    return "f:{" + key.value().charAt(0) + "}:";
  }

  /** A partition's slot on its way from one node to another. */
  private final class Migration {
    final String slot;
    final int from;
    final int to;

    Migration(SessionKey key) {
      slot = cluster.run(0, "KEYSLOT", tag(key)).toString();
      from = cluster.holder(tag(key));
      to = (from + 1) % 3;
    }

    void begin() {
      cluster.run(to, "SETSLOT", slot, "IMPORTING", cluster.id(from));
      cluster.run(from, "SETSLOT", slot, "MIGRATING", cluster.id(to));
    }

    List<String> keys() {
      List<String> keys = new ArrayList<>();
      Response found = cluster.run(from, "GETKEYSINSLOT", slot, "10000");
      found.forEach(key -> keys.add(key.toString()));
      return keys;
    }

    void move(String key) {
      String port = Integer.toString(cluster.node(to).port());
      cluster.shell(from).run("MIGRATE", "127.0.0.1", port, key, "0", "5000");
    }

    void end() {
      cluster.run(to, "SETSLOT", slot, "NODE", cluster.id(to));
      cluster.run(from, "SETSLOT", slot, "NODE", cluster.id(to));
    }
  }

  private List<Future<SaveOutcome>> increments(SessionKey key, int count) {
    List<Future<SaveOutcome>> increments = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      increments.add(store.save(key, SessionDelta.increment("n", 1)));
    }
    return increments;
  }

  @Test
  void noIncrementIsLostOrDoubledWhileASlotMoves() {
    SessionRecord moving = created("alice");
    List<SessionRecord> others = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      others.add(created("bob"));
    }
    Migration migration = new Migration(moving.key());
    List<Future<SaveOutcome>> increments = new ArrayList<>();
    migration.begin();
    for (String key : migration.keys()) {
      increments.addAll(increments(moving.key(), 10));
      others.forEach(other -> increments.addAll(increments(other.key(), 1)));
      migration.move(key);
      // What is only read is there throughout.
      assertThat(await(store.load(moving.key()))).isPresent();
    }
    assertThat(cluster.shell(migration.to).calls()).containsKey("asking");
    increments.addAll(increments(moving.key(), 50));
    // Nothing that was written to the old node since may stay behind.
    migration.keys().forEach(migration::move);
    migration.end();
    increments.addAll(increments(moving.key(), 50));
    assertThat(awaitAll(increments)).allMatch(SaveOutcome.Saved.class::isInstance);
    long expected = await(store.load(moving.key())).orElseThrow().version() - 1;
    Attributes attributes = await(store.load(moving.key())).orElseThrow().attributes();
    assertThat(attributes.get("n")).isEqualTo("" + expected);
    long mine = increments.size() - (long) rounds(others) * others.size();
    assertThat(expected).isEqualTo(mine);
  }

  // How often each of them was incremented: as often as every other.
  private int rounds(List<SessionRecord> records) {
    List<String> counts =
        records.stream()
            .map(record -> await(store.load(record.key())).orElseThrow().attributes().get("n"))
            .distinct()
            .toList();
    assertThat(counts).hasSize(1);
    return Integer.parseInt(counts.get(0));
  }

  @Test
  void aSlotThatMovedIsFoundAndItsSessionsMoveOn() {
    SessionRecord record = created("alice");
    Migration migration = new Migration(record.key());
    migration.begin();
    migration.keys().forEach(migration::move);
    migration.end();
    SessionKey to = Keys.nextFor(record.key());
    assertThat(await(store.rotate(Rotation.of(record.key(), to), SessionDelta.TOUCH)))
        .isInstanceOf(SaveOutcome.Saved.class);
    assertThat(await(store.deleteBySubject("alice", Optional.empty()))).containsExactly(to);
    await(store.ping());
  }

  @Test
  void noSessionIsMissedBecauseAPartOfItsSlotIsElsewhere() {
    SessionRecord record = created("alice");
    Migration migration = new Migration(record.key());
    migration.begin();
    migration.move("f:{" + record.key().value().charAt(0) + "}:s:" + record.key().value());
    // The index is here, and the session there: both must wait until they are together.
    Future<Page> listed = store.list(new Query("alice", 10, null));
    Future<?> purged = store.purgeExpired(10);
    assertThat(await(store.load(record.key()))).isPresent();
    migration.keys().forEach(migration::move);
    migration.end();
    assertThat(await(listed).sessions()).containsExactly(record);
    await(purged);
    assertThat(await(store.deleteBySubject("alice", Optional.empty())))
        .containsExactly(record.key());
  }

  @Test
  void theSlotsOfALostPrimaryFailAndTheOthersGoOn() {
    List<SessionRecord> records = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      records.add(created("alice"));
    }
    cluster.node(1).kill();
    int lost = 0;
    for (SessionRecord record : records) {
      if (cluster.holder(tag(record.key())) == 1) {
        lost++;
        assertThatThrownBy(() -> await(store.load(record.key())))
            .isInstanceOf(SessionStoreException.class);
        assertThatThrownBy(() -> await(store.save(record.key(), SessionDelta.put("a", "1"))))
            .isInstanceOf(SessionStoreException.class);
      } else {
        assertThat(await(store.load(record.key()))).isPresent();
        assertThat(await(store.save(record.key(), SessionDelta.put("a", "1"))))
            .isInstanceOf(SaveOutcome.Saved.class);
      }
    }
    assertThat(lost).isBetween(1, 59);
    // A part of all is not all.
    assertThatThrownBy(() -> await(store.ping())).isInstanceOf(SessionStoreException.class);
    assertThatThrownBy(() -> await(store.list(new Query("alice", 10, null))))
        .isInstanceOf(SessionStoreException.class);
    assertThatThrownBy(() -> await(store.deleteBySubject("alice", Optional.empty())))
        .isInstanceOf(SessionStoreException.class);
  }
}
