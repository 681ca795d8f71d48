package io.statekeep.store.redis;

import static io.statekeep.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.session.Attributes;
import io.statekeep.session.Creation;
import io.statekeep.session.EndReason;
import io.statekeep.session.Query;
import io.statekeep.session.Repeat;
import io.statekeep.session.Rotation;
import io.statekeep.session.SaveOutcome;
import io.statekeep.session.SessionDelta;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionPolicy;
import io.statekeep.session.SessionRecord;
import io.statekeep.session.SessionStore;
import io.statekeep.testing.Keys;
import io.statekeep.testing.ManualClock;
import io.statekeep.testing.OwnRedis;
import io.statekeep.testing.RedisShell;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What each verb may cost, in commands that a client sends; those that a script runs inside cost no
 * round trip.
 */
class RedisBudgetTest {
  private static final SessionPolicy POLICY = SessionPolicy.DEFAULT;

  private static OwnRedis redis;
  private static Vertx vertx;
  private static RedisShell shell;

  private final ManualClock clock = new ManualClock();
  private SessionStore store;

  @BeforeAll
  static void startRedis() {
    redis = OwnRedis.start();
    vertx = Vertx.vertx();
    shell = new RedisShell(vertx, redis.url());
  }

  @AfterAll
  static void stopRedis() {
    shell.close();
    await(vertx.close());
    redis.stop();
  }

  @BeforeEach
  void open() {
    RedisSessionStore.Rules rules = new RedisSessionStore.Rules(POLICY, clock, "b:", 30_000);
    store = new RedisSessionStore(vertx, rules, RedisAddress.standalone(redis.url(), 30_000));
    // Every script is known from here on: a text is sent once in the life of a server.
    SessionRecord record = created("alice");
    await(store.visit(Keys.next()));
    await(store.save(record.key(), SessionDelta.TOUCH));
    await(store.rotate(Rotation.of(record.key(), Keys.nextFor(record.key())), SessionDelta.TOUCH));
    await(store.list(new Query("alice", 1, null)));
    await(store.deleteBySubject("alice", Optional.empty()));
    await(store.purgeExpired(1));
    await(store.delete(record.key(), EndReason.REVOKED));
    shell.forget();
  }

  private SessionRecord created(String subject) {
    SessionRecord record =
        SessionRecord.create(Keys.next(), POLICY, clock.millis()).withSubject(subject);
    await(store.create(Creation.of(record)));
    shell.forget();
    return record;
  }

  private void assertOneScript() {
    assertThat(shell.calls()).containsEntry("evalsha", 1).doesNotContainKeys("eval", "script");
  }

  @Test
  void aReadIsOneCommandWhetherOrNotThereIsASession() {
    SessionRecord record = created(null);
    await(store.load(record.key()));
    assertThat(shell.calls()).containsOnlyKeys("hgetall").containsEntry("hgetall", 1);
    await(store.load(Keys.next()));
    assertThat(shell.calls()).containsOnlyKeys("hgetall").containsEntry("hgetall", 2);
  }

  @Test
  void aVisitIsOneCommandWhetherOrNotItRecordsTheActivity() {
    assertThat(await(store.visit(Keys.next())).record()).isEmpty();
    assertOneScript();
    SessionRecord record = created(null);
    // Seen by this node, and not due: a plain read will do.
    assertThat(await(store.visit(record.key())).touched()).isFalse();
    assertThat(shell.calls()).containsOnlyKeys("hgetall").containsEntry("hgetall", 1);
    shell.forget();
    clock.advance(Duration.ofMillis(POLICY.touchInterval()));
    assertThat(await(store.visit(record.key())).touched()).isTrue();
    assertOneScript();
  }

  @Test
  void aCreationIsOneScriptWithOrWithoutASubject() {
    await(store.create(Creation.of(SessionRecord.create(Keys.next(), POLICY, clock.millis()))));
    assertOneScript();
    shell.forget();
    await(
        store.create(
            Creation.of(
                SessionRecord.create(Keys.next(), POLICY, clock.millis()).withSubject("bob"))));
    assertOneScript();
  }

  @Test
  void aCreationThatMayBeRepeatedIsOneScriptAndSoIsItsRepeat() {
    Repeat repeat = new Repeat(Keys.next().value(), "print", "salt", clock.millis() + 1000);
    for (int i = 0; i < 2; i++) {
      shell.forget();
      SessionKey key = Keys.nextFor(new SessionKey(repeat.key()));
      SessionRecord record = SessionRecord.create(key, POLICY, clock.millis());
      await(store.create(new Creation(record, repeat)));
      assertOneScript();
    }
  }

  @Test
  void eventsAreReadByOneCommandIfThereAreAny() {
    String cursor = await(store.events(null, 1)).cursor();
    created("alice");
    await(store.events(cursor, 10));
    assertThat(shell.calls()).containsOnlyKeys("xrange").containsEntry("xrange", 1);
  }

  @Test
  void aChangeIsOneScriptWhetherOrNotItWasRead() {
    SessionRecord record = created(null);
    await(store.save(record.key(), SessionDelta.put("a", "1")));
    assertOneScript();
    shell.forget();
    await(store.save(record.key(), SessionDelta.increment("n", 1).withSeen(record)));
    assertOneScript();
  }

  @Test
  void aChangeOfWhatThisNodeHasSeenIsOnlyComparedAndWritten() {
    SessionRecord record = created("alice");
    await(store.load(record.key()));
    List<SessionDelta> deltas =
        List.of(
            SessionDelta.put("a", "1"),
            SessionDelta.increment("n", 1),
            SessionDelta.builder().increment("n", 1).increment("m", 2).put("b", "2").build(),
            SessionDelta.builder().putDefault("c", "3").putDefault("a", "4").build());
    for (SessionDelta delta : deltas) {
      shell.forget();
      await(store.save(record.key(), delta));
      assertThat(shell.calls()).containsOnlyKeys("evalsha", "hmget", "hset");
    }
    // What somebody has changed by hand without a new version, or is no hash, is seen all the same.
    shell.run("HSET", "b:s:" + record.key().value(), "\"n\"", "40");
    assertThat(count(await(store.save(record.key(), SessionDelta.increment("n", 1))), "n"))
        .isEqualTo("41");
    assertThat(shell.calls()).containsKey("hgetall");
    assertThat(await(store.load(record.key())).orElseThrow().attributes())
        .isEqualTo(
            Attributes.NONE
                .with("a", "1")
                .with("n", "41")
                .with("m", "2")
                .with("b", "2")
                .with("c", "3"));
    shell.run("SET", "b:s:" + record.key().value(), "no hash");
    assertThat(await(store.save(record.key(), SessionDelta.increment("n", 1))))
        .isEqualTo(SaveOutcome.GONE);
  }

  private static @Nullable String count(SaveOutcome outcome, String name) {
    return ((SaveOutcome.Saved) outcome).record().attributes().get(name);
  }

  @Test
  void aRotationIsOneScriptEvenWhereAnIndexEntryMoves() {
    SessionRecord record = created("alice");
    await(
        store.rotate(
            Rotation.login(record.key(), Keys.nextFor(record.key()), "bob"), SessionDelta.TOUCH));
    assertOneScript();
  }

  @Test
  void aDeletionIsOneScript() {
    await(store.delete(created("alice").key(), EndReason.REVOKED));
    assertOneScript();
  }

  @Test
  void aHundredSessionsOfASubjectEndInOneScript() {
    for (int i = 0; i < 100; i++) {
      created("alice");
    }
    assertThat(await(store.deleteBySubject("alice", Optional.empty()))).hasSize(100);
    assertOneScript();
  }

  @Test
  void aScriptThatTheServerForgotIsSentOnceMore() {
    SessionRecord record = created(null);
    shell.run("SCRIPT", "FLUSH");
    shell.forget();
    JsonObject before = new JsonObject(record.attributes().toJson());
    assertThat(before.isEmpty()).isTrue();
    await(store.save(record.key(), SessionDelta.increment("n", 1)));
    assertThat(shell.calls()).containsEntry("evalsha", 1).containsEntry("eval", 1);
    assertThat(await(store.load(record.key())).orElseThrow().attributes().get("n")).isEqualTo("1");
  }
}
