package io.statekeep.store.redis;

import static io.statekeep.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.session.Creation;
import io.statekeep.session.EndReason;
import io.statekeep.session.Rotation;
import io.statekeep.session.SessionDelta;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionPolicy;
import io.statekeep.session.SessionRecord;
import io.statekeep.session.SessionStore;
import io.statekeep.testing.Keys;
import io.statekeep.testing.ManualClock;
import io.statekeep.testing.OwnCluster;
import io.vertx.core.Vertx;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What each verb may cost in a cluster, in commands to all its nodes together. */
class RedisClusterBudgetTest {
  private static final SessionPolicy POLICY = SessionPolicy.DEFAULT;

  private static OwnCluster cluster;
  private static Vertx vertx;
  private static SessionStore store;

  private final ManualClock clock = new ManualClock();

  @BeforeAll
  static void start() {
    cluster = OwnCluster.start(0);
    vertx = Vertx.vertx();
    store =
        new RedisSessionStore(
            vertx,
            new RedisSessionStore.Rules(POLICY, new ManualClock(), "b:", 30_000),
            new RedisAddress(RedisAddress.Mode.CLUSTER, cluster.urls(), "", 30_000));
  }

  @AfterAll
  static void stop() {
    await(store.close());
    await(vertx.close());
    cluster.stop();
  }

  // Every node knows every script from here on.
  @BeforeEach
  void teach() {
    for (int i = 0; i < 30; i++) {
      SessionKey key = created(null).key();
      SessionKey to = Keys.nextFor(key);
      await(store.save(key, SessionDelta.TOUCH));
      await(store.rotate(Rotation.of(key, to), SessionDelta.TOUCH));
      await(store.delete(to, EndReason.REVOKED));
    }
    await(store.deleteBySubject("alice", Optional.empty()));
    forget();
  }

  private SessionRecord created(String subject) {
    SessionRecord record =
        SessionRecord.create(Keys.next(), POLICY, clock.millis()).withSubject(subject);
    await(store.create(Creation.of(record)));
    forget();
    return record;
  }

  private static void forget() {
    for (int i = 0; i < 3; i++) {
      cluster.shell(i).forget();
    }
  }

  private static Map<String, Integer> calls() {
    Map<String, Integer> calls = new TreeMap<>();
    for (int i = 0; i < 3; i++) {
      cluster.shell(i).calls().forEach((name, count) -> calls.merge(name, count, Integer::sum));
    }
    return calls;
  }

  private static void assertScripts(int count) {
    assertThat(calls())
        .containsEntry("evalsha", count)
        .doesNotContainKeys("eval", "script", "cluster", "asking");
  }

  @Test
  void aReadIsOneCommandWhetherOrNotThereIsASession() {
    SessionRecord record = created(null);
    await(store.load(record.key()));
    assertThat(calls()).containsOnlyKeys("hgetall").containsEntry("hgetall", 1);
    await(store.load(Keys.next()));
    assertThat(calls()).containsOnlyKeys("hgetall").containsEntry("hgetall", 2);
  }

  @Test
  void creationChangeRotationAndDeletionAreOneScriptEach() {
    SessionRecord record =
        SessionRecord.create(Keys.next(), POLICY, clock.millis()).withSubject("bob");
    await(store.create(Creation.of(record)));
    assertScripts(1);
    await(store.save(record.key(), SessionDelta.increment("n", 1)));
    assertScripts(2);
    SessionKey to = Keys.nextFor(record.key());
    await(store.rotate(Rotation.login(record.key(), to, "carol"), SessionDelta.TOUCH));
    assertScripts(3);
    await(store.delete(to, EndReason.REVOKED));
    assertScripts(4);
  }

  @Test
  void theSessionsOfASubjectEndInOneScriptForEachPartition() {
    for (int i = 0; i < 100; i++) {
      created("alice");
    }
    assertThat(await(store.deleteBySubject("alice", Optional.empty()))).hasSize(100);
    assertScripts(SessionKey.PARTITIONS);
  }

  @Test
  void eventsAreReadByOneCommandForEachPartition() {
    String cursor = await(store.events(null, 1)).cursor();
    created("alice");
    assertThat(await(store.events(cursor, 10)).events()).hasSize(1);
    assertThat(calls()).containsOnlyKeys("xrange").containsEntry("xrange", SessionKey.PARTITIONS);
  }
}
