package io.statekeep.store.redis;

import static io.statekeep.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statekeep.session.Attributes;
import io.statekeep.session.CreateOutcome;
import io.statekeep.session.Creation;
import io.statekeep.session.EndReason;
import io.statekeep.session.Query;
import io.statekeep.session.Rotation;
import io.statekeep.session.SaveOutcome;
import io.statekeep.session.SessionDelta;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionPolicy;
import io.statekeep.session.SessionRecord;
import io.statekeep.session.SessionStore;
import io.statekeep.session.SessionStoreException;
import io.statekeep.testing.Keys;
import io.statekeep.testing.OwnRedis;
import io.statekeep.testing.RedisShell;
import io.statekeep.testing.RedisVersion;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a Redis store does when the server is not as it should be. Each test has a server of its
 * own.
 */
class RedisFaultTest {
  private static final SessionPolicy POLICY = SessionPolicy.DEFAULT;
  private static final long TIMEOUT_MILLIS = 1000;

  private final InstantSource clock = InstantSource.system();
  private Vertx vertx;
  private OwnRedis redis;
  private SessionStore store;

  @BeforeEach
  void open() {
    vertx = Vertx.vertx();
    redis = OwnRedis.start(version());
    store = open(redis.url());
  }

  RedisVersion version() {
    return RedisVersion.REDIS_6;
  }

  private SessionStore open(String url) {
    RedisSessionStore.Rules rules =
        new RedisSessionStore.Rules(POLICY, clock, "f:", TIMEOUT_MILLIS);
    return new RedisSessionStore(vertx, rules, RedisAddress.standalone(url, TIMEOUT_MILLIS));
  }

  @AfterEach
  void close() {
    await(store.close());
    await(vertx.close());
    redis.stop();
  }

  /** As most sessions are when they begin. */
  private SessionRecord anonymous() {
    return SessionRecord.create(Keys.next(), POLICY, clock.millis());
  }

  private SessionRecord created() {
    SessionRecord record =
        SessionRecord.create(Keys.next(), POLICY, clock.millis()).withSubject("alice");
    await(store.create(Creation.of(record)));
    return record;
  }

  /** Asks until the store answers: it may take one try to learn that a connection is gone. */
  private void awaitRecovery(SessionKey key) {
    for (int i = 0; i < 1000; i++) {
      try {
        await(store.load(key));
        return;
      } catch (SessionStoreException e) {
        await(vertx.timer(20));
      }
    }
    throw new AssertionError("the store did not come back");
  }

  @Test
  void aConnectionThatTheServerClosedIsReplacedWithoutALostRead() {
    SessionRecord record = created();
    try (RedisShell shell = new RedisShell(vertx, redis.url())) {
      for (int i = 0; i < 20; i++) {
        shell.run("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
        assertThat(await(store.load(record.key()))).isPresent();
      }
    }
  }

  @Test
  void aServerThatHasBecomeAReplicaIsLeft() {
    SessionRecord record = created();
    try (RedisShell shell = new RedisShell(vertx, redis.url())) {
      shell.run("REPLICAOF", "127.0.0.1", "1");
      assertThatThrownBy(() -> await(store.save(record.key(), SessionDelta.put("a", "1"))))
          .isInstanceOf(SessionStoreException.class)
          .hasMessageContaining("READONLY");
      // Reads go on, by a connection that was made anew.
      assertThat(await(store.load(record.key()))).contains(record);
      shell.run("REPLICAOF", "NO", "ONE");
      assertThat(await(store.save(record.key(), SessionDelta.put("a", "1"))))
          .isInstanceOf(SaveOutcome.Saved.class);
    }
  }

  @Test
  void aSessionOfManyAttributesIsCreated() {
    Attributes attributes = Attributes.NONE;
    for (int i = 0; i < 5000; i++) {
      attributes = attributes.with("a" + i, "1");
    }
    SessionRecord record = anonymous().withAttributes(attributes);
    assertThat(await(store.create(Creation.of(record)))).isEqualTo(CreateOutcome.CREATED);
    assertThat(await(store.load(record.key()))).contains(record);
  }

  @Test
  void aStoppedServerIsAnOutageAndComesBackWithoutARestartOfOurs() {
    SessionRecord record = created();
    redis.stop();
    assertThatThrownBy(() -> await(store.load(record.key())))
        .isInstanceOf(SessionStoreException.class);
    assertThatThrownBy(() -> await(store.save(record.key(), SessionDelta.put("a", "1"))))
        .isInstanceOf(SessionStoreException.class);
    assertThatThrownBy(() -> await(store.ping())).isInstanceOf(SessionStoreException.class);
    redis = redis.restart();
    awaitRecovery(record.key());
    // The server came back empty: now, and not before, the session is absent.
    assertThat(await(store.load(record.key()))).isEmpty();
    assertThat(created()).isNotNull();
  }

  @Test
  void aFrozenServerIsGivenUpAndItsLateAnswersMeetNobody() {
    SessionRecord one = created();
    SessionRecord two = created();
    try (RedisShell shell = new RedisShell(vertx, redis.url())) {
      shell.run("CLIENT", "PAUSE", "3000");
      assertThatThrownBy(() -> await(store.load(one.key())))
          .isInstanceOf(SessionStoreException.class);
      awaitRecovery(two.key());
      assertThat(await(store.load(two.key())).orElseThrow().key()).isEqualTo(two.key());
      assertThat(await(store.load(one.key())).orElseThrow().key()).isEqualTo(one.key());
    }
  }

  @Test
  void aServerThatIsFullIsAnOutageForWritesAndNotAnAbsence() {
    SessionRecord record = created();
    try (RedisShell shell = new RedisShell(vertx, redis.url())) {
      shell.run("CONFIG", "SET", "maxmemory", "1");
      assertThatThrownBy(() -> await(store.save(record.key(), SessionDelta.put("a", "1"))))
          .isInstanceOf(SessionStoreException.class)
          .hasMessageContaining("OOM");
      SessionRecord next = anonymous();
      assertThatThrownBy(() -> await(store.create(Creation.of(next))))
          .isInstanceOf(SessionStoreException.class)
          .hasMessageContaining("OOM");
      assertThat(await(store.load(record.key()))).contains(record);
      shell.run("CONFIG", "SET", "maxmemory", "0");
      assertThat(await(store.save(record.key(), SessionDelta.put("a", "1"))))
          .isInstanceOf(SaveOutcome.Saved.class);
      assertThat(await(store.load(next.key()))).isEmpty();
      assertThat(await(store.create(Creation.of(next)))).isEqualTo(CreateOutcome.CREATED);
    }
  }

  @Test
  void noSessionIsMadeWhereAKeyOfOursIsSomethingElse() {
    try (RedisShell shell = new RedisShell(vertx, redis.url())) {
      for (String name : List.of("f:events", "f:created", "f:expiry")) {
        created();
        shell.run("DEL", name);
        shell.run("SET", name, "not ours");
        SessionRecord record = anonymous();
        assertThatThrownBy(() -> await(store.create(Creation.of(record))))
            .as(name)
            .isInstanceOf(SessionStoreException.class)
            .hasMessageContaining("WRONGTYPE");
        assertThat(await(store.load(record.key()))).as(name).isEmpty();
        shell.run("DEL", name);
        assertThat(await(store.create(Creation.of(record)))).isEqualTo(CreateOutcome.CREATED);
      }
    }
  }

  @Test
  void whatCannotBeReadCountsAsEndedEverywhere() {
    try (RedisShell shell = new RedisShell(vertx, redis.url())) {
      SessionRecord sound = created();
      for (List<String> damage :
          List.of(
              List.of("HSET", "KEY", "m", "rubbish"),
              List.of("HSET", "KEY", "m", "1 2 3"),
              List.of("HDEL", "KEY", "m"),
              List.of("SET", "KEY", "a string"))) {
        SessionKey key = created().key();
        String name = "f:s:" + key.value();
        String[] arguments =
            damage.stream().skip(1).map(a -> a.equals("KEY") ? name : a).toArray(String[]::new);
        shell.run(damage.get(0), arguments);
        assertThat(await(store.load(key))).as(damage.toString()).isEmpty();
        SessionDelta delta = SessionDelta.put("a", "1");
        assertThat(await(store.save(key, delta))).isEqualTo(SaveOutcome.GONE);
        assertThat(await(store.rotate(Rotation.of(key, Keys.nextFor(key)), delta)))
            .isEqualTo(SaveOutcome.GONE);
        assertThat(await(store.delete(key, EndReason.REVOKED))).isFalse();
      }
      assertThat(await(store.list(new Query("alice", 100, null))).sessions())
          .containsExactly(sound);
      assertThat(await(store.deleteBySubject("alice", Optional.empty())))
          .containsExactly(sound.key());
    }
  }

  @Test
  void aValueThatIsNoJsonEndsItsSession() {
    SessionKey key = created().key();
    try (RedisShell shell = new RedisShell(vertx, redis.url())) {
      shell.run("HSET", "f:s:" + key.value(), "\"a\"", "{");
      assertThat(await(store.load(key))).isEmpty();
    }
  }

  @Test
  void aUserWhoMaySeeNothingButThePrefixIsEnough() {
    try (RedisShell shell = new RedisShell(vertx, redis.url())) {
      shell.run("SET", "foreign", "untouched");
      shell.run(
          "ACL",
          "SETUSER",
          "keeper",
          "on",
          ">pw",
          "resetkeys",
          "~f:*",
          "resetchannels",
          "&f:*",
          "-@all",
          "+hgetall",
          "+hget",
          "+hset",
          "+hdel",
          "+hincrby",
          "+exists",
          "+del",
          "+rename",
          "+zadd",
          "+zrem",
          "+zrange",
          "+zrangebyscore",
          "+zrevrange",
          "+zrevrank",
          "+zscore",
          "+zcard",
          "+hmget",
          "+xadd",
          "+xrevrange",
          "+xrange",
          "+pexpireat",
          "+pttl",
          "+time",
          "+eval",
          "+evalsha",
          "+ping",
          "+hello",
          "+auth",
          "+select");
      SessionStore limited = open(redis.url().replace("//", "//keeper:pw@"));
      SessionRecord record =
          SessionRecord.create(Keys.next(), POLICY, clock.millis()).withSubject("bob");
      assertThat(await(limited.create(Creation.of(record)))).isEqualTo(CreateOutcome.CREATED);
      SessionDelta many =
          SessionDelta.builder()
              .clear()
              .put("a", "1")
              .putDefault("b", "2")
              .remove("c")
              .increment("n", Long.MAX_VALUE)
              .touch()
              .build();
      assertThat(await(limited.save(record.key(), many))).isInstanceOf(SaveOutcome.Saved.class);
      SessionKey to = Keys.nextFor(record.key());
      SessionDelta beyond = SessionDelta.increment("n", 1);
      assertThat(await(limited.rotate(Rotation.login(record.key(), to, "eve"), beyond)))
          .isInstanceOf(SaveOutcome.NotANumber.class);
      assertThat(await(limited.rotate(Rotation.login(record.key(), to, "eve"), SessionDelta.TOUCH)))
          .isInstanceOf(SaveOutcome.Saved.class);
      assertThat(await(limited.load(to))).isPresent();
      assertThat(await(limited.list(new Query(null, 10, null))).sessions()).hasSize(1);
      await(limited.purgeExpired(10));
      await(limited.ping());
      assertThat(await(limited.deleteBySubject("eve", Optional.empty()))).containsExactly(to);
      assertThat(await(limited.delete(to, EndReason.REVOKED))).isFalse();
      await(limited.close());
      assertThat(shell.run("GET", "foreign").toString()).isEqualTo("untouched");
    }
  }

  @Test
  void redisFreesByItselfWhatNoPurgeHasFound() {
    try (RedisShell shell = new RedisShell(vertx, redis.url())) {
      for (SessionRecord record : List.of(anonymous(), anonymous().withSubject("alice"))) {
        assertThat(await(store.create(Creation.of(record)))).isEqualTo(CreateOutcome.CREATED);
        long end = record.lifetime().expiresAt() + 3_600_000;
        long before = clock.millis();
        long left = shell.run("PTTL", "f:s:" + record.key().value()).toLong();
        assertThat(left).isBetween(end - clock.millis() - 1, end - before + 1);
      }
    }
  }

  @Test
  void endedSessionsLeaveNothingBehind() {
    SessionRecord deleted = created();
    SessionRecord rotated = created();
    SessionKey to = Keys.nextFor(rotated.key());
    await(store.delete(deleted.key(), EndReason.REVOKED));
    await(store.rotate(Rotation.login(rotated.key(), to, "bob"), SessionDelta.TOUCH));
    await(store.delete(to, EndReason.REVOKED));
    try (RedisShell shell = new RedisShell(vertx, redis.url())) {
      // The mark of the rotation ends by itself within a minute; events are told beyond the end.
      assertThat(shell.run("KEYS", "*").size()).isEqualTo(2);
      assertThat(shell.run("XLEN", "f:events").toLong()).isPositive();
      assertThat(shell.run("PTTL", "f:s:" + rotated.key().value()).toLong()).isBetween(1L, 60_000L);
    }
  }
}
