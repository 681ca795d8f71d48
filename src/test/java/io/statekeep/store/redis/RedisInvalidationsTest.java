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
import io.statekeep.store.InvalidationChannel;
import io.statekeep.testing.HeardChanges;
import io.statekeep.testing.Keys;
import io.statekeep.testing.OwnRedis;
import io.statekeep.testing.RedisShell;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a node is told of the changes that others make, whoever they are. */
class RedisInvalidationsTest {
  // Far above what a loaded machine needs: silence has a test of its own.
  private static final long TIMEOUT_MILLIS = 30_000;
  private static final RedisInvalidations.Rules RULES =
      new RedisInvalidations.Rules(TIMEOUT_MILLIS, TIMEOUT_MILLIS, 10);
  private static final String PREFIX = "told:";

  private static OwnRedis server;
  private static Vertx vertx;

  private RedisShell shell;
  private RedisSessionStore store;
  private RedisSessionStore other;
  private InvalidationChannel channel;
  private final HeardChanges heard = new HeardChanges();

  @BeforeAll
  static void start() {
    server = OwnRedis.start();
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void stop() {
    await(vertx.close());
    server.stop();
  }

  @BeforeEach
  void open() {
    shell = new RedisShell(vertx, server.url());
    store = newStore(server.url());
    other = newStore(server.url());
    channel = store.invalidations(vertx, RULES);
    channel.open(heard);
    heard.await("connected");
  }

  private static RedisSessionStore newStore(String url) {
    RedisSessionStore.Rules rules =
        new RedisSessionStore.Rules(
            SessionPolicy.DEFAULT, InstantSource.system(), PREFIX, TIMEOUT_MILLIS);
    return new RedisSessionStore(vertx, rules, RedisAddress.standalone(url, TIMEOUT_MILLIS));
  }

  @AfterEach
  void close() {
    await(channel.close());
    await(store.close());
    await(other.close());
    shell.close();
  }

  private SessionRecord created(String subject) {
    SessionRecord record =
        SessionRecord.create(Keys.next(), SessionPolicy.DEFAULT, System.currentTimeMillis())
            .withSubject(subject);
    await(other.create(Creation.of(record)));
    heard.awaitAll();
    return record;
  }

  private SessionKey created() {
    return created("alice").key();
  }

  @Test
  void aChangeByAnotherNodeIsTold() {
    SessionKey key = created();
    await(other.save(key, SessionDelta.put("a", "1")));
    assertThat(heard.awaitAll()).contains(key.value());
  }

  @Test
  void anEndByAnotherNodeIsTold() {
    SessionKey key = created();
    await(other.delete(key, EndReason.REVOKED));
    assertThat(heard.awaitAll()).contains(key.value());
  }

  @Test
  void aRotationIsToldOfTheOldKey() {
    SessionKey key = created();
    await(other.rotate(new Rotation(key, Keys.nextFor(key), null, 0), SessionDelta.TOUCH));
    assertThat(heard.awaitAll()).contains(key.value());
  }

  @Test
  void theEndOfAllSessionsOfASubjectIsToldOfEach() {
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      keys.add(created("bob").key().value());
    }
    await(other.deleteBySubject("bob", Optional.empty()));
    assertThat(heard.awaitAll()).containsAll(keys);
  }

  @Test
  void whatAnOperatorDoesByHandIsTold() {
    SessionKey key = created();
    shell.run("HSET", PREFIX + "s:" + key.value(), "\"a\"", "1");
    assertThat(heard.awaitAll()).contains(key.value());
    shell.run("DEL", PREFIX + "s:" + key.value());
    assertThat(heard.awaitAll()).contains(key.value());
  }

  @Test
  void whatTheServerExpiresIsTold() {
    SessionKey key = created();
    shell.run("PEXPIRE", PREFIX + "s:" + key.value(), "1");
    // Once for the command, once for the end.
    List<String> told = new ArrayList<>();
    while (Collections.frequency(told, key.value()) < 2) {
      told.addAll(heard.await(key.value()));
    }
  }

  @Test
  void anEmptiedServerIsToldOfAsAWhole() {
    created();
    shell.run("FLUSHALL");
    heard.await("all");
  }

  @Test
  void otherPeoplesKeysAreNotTold() {
    heard.awaitAll();
    shell.run("SET", "elsewhere", "1");
    shell.run("SET", PREFIX + "created:other", "1");
    assertThat(heard.awaitAll()).isEmpty();
  }

  @Test
  void aLostConnectionIsToldAndMadeAgain() {
    SessionKey key = created();
    killTracking();
    assertThat(heard.await("connected")).startsWith("lost");
    await(other.delete(key, EndReason.REVOKED));
    assertThat(heard.awaitAll()).contains(key.value());
  }

  // The connection that tracks has the flag t.
  private void killTracking() {
    for (String line : shell.run("CLIENT", "LIST").toString().lines().toList()) {
      if (line.matches(".* flags=\\S*t\\S* .*")) {
        shell.run("CLIENT", "KILL", "ID", line.replaceAll("^id=(\\d+) .*", "$1"));
      }
    }
  }

  @Test
  void thousandsOfChangesAtOnceAreToldInOrderWithTheHeartbeat() {
    List<SessionKey> keys = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      keys.add(created());
    }
    List<io.vertx.core.Future<?>> writes = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      writes.add(other.save(keys.get(i % keys.size()), SessionDelta.increment("n", 1)));
    }
    writes.forEach(write -> await(write));
    assertThat(heard.awaitAll()).containsAll(keys.stream().map(SessionKey::value).toList());
  }

  @Test
  void aServerThatHangsIsSilentAndThatIsALoss() {
    OwnRedis frozen = OwnRedis.start();
    RedisSessionStore far = newStore(frozen.url());
    HeardChanges silence = new HeardChanges();
    InvalidationChannel watched =
        far.invalidations(vertx, new RedisInvalidations.Rules(500, TIMEOUT_MILLIS, 10));
    watched.open(silence);
    silence.await("connected");
    try (RedisShell there = new RedisShell(vertx, frozen.url())) {
      there.run("CLIENT", "PAUSE", "600000", "WRITE");
      silence.await("lost");
      there.run("CLIENT", "UNPAUSE");
      silence.await("connected");
    }
    await(watched.close());
    await(far.close());
    frozen.stop();
  }

  @Test
  void theHeartbeatsLeaveNothingBehind() {
    heard.awaitAll();
    await(channel.close());
    while (shell.run("KEYS", PREFIX + "h:*").size() > 0) {
      await(vertx.timer(20));
    }
  }
}
