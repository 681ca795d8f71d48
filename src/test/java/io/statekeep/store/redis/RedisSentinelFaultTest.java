package io.statekeep.store.redis;

import static io.statekeep.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statekeep.session.Creation;
import io.statekeep.session.SaveOutcome;
import io.statekeep.session.SessionDelta;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionPolicy;
import io.statekeep.session.SessionRecord;
import io.statekeep.session.SessionStore;
import io.statekeep.session.SessionStoreException;
import io.statekeep.testing.Keys;
import io.statekeep.testing.OwnRedis;
import io.statekeep.testing.OwnSentinels;
import io.statekeep.testing.RedisShell;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a store behind sentinels does when they, or the primary, are not as they should be. */
class RedisSentinelFaultTest {
  private static final SessionPolicy POLICY = SessionPolicy.DEFAULT;
  private static final long TIMEOUT_MILLIS = 2000;
  private static final long PATIENCE_NANOS = Duration.ofSeconds(60).toNanos();

  private final InstantSource clock = InstantSource.system();
  private Vertx vertx;
  private OwnSentinels sentinels;

  @BeforeEach
  void start() {
    vertx = Vertx.vertx();
    sentinels = OwnSentinels.start();
  }

  @AfterEach
  void stop() {
    await(vertx.close());
    sentinels.stop();
  }

  private RedisSessionStore open(List<String> urls, String name) {
    return new RedisSessionStore(
        vertx,
        new RedisSessionStore.Rules(POLICY, clock, "f:", TIMEOUT_MILLIS),
        new RedisAddress(RedisAddress.Mode.SENTINEL, urls, name, TIMEOUT_MILLIS));
  }

  private SessionRecord created(SessionStore store) {
    SessionRecord record = SessionRecord.create(Keys.next(), POLICY, clock.millis());
    await(store.create(Creation.of(record)));
    return record;
  }

  /** Adds one; answers what there is now, or -1 if nobody knows. */
  private static long increment(SessionStore store, SessionKey key) {
    try {
      SaveOutcome outcome = await(store.save(key, SessionDelta.increment("n", 1)));
      // An outage is never shown as an absence.
      assertThat(outcome).isInstanceOf(SaveOutcome.Saved.class);
      return Long.parseLong(((SaveOutcome.Saved) outcome).record().attributes().get("n"));
    } catch (SessionStoreException e) {
      return -1;
    }
  }

  @Test
  void theStoreGoesOnWithTheNewPrimaryAndNeverClaimsAnAbsence() {
    RedisSessionStore store = open(sentinels.urls(), OwnSentinels.NAME);
    SessionKey key = created(store).key();
    long acknowledged = 0;
    for (int i = 0; i < 100; i++) {
      acknowledged = increment(store, key);
    }
    assertThat(acknowledged).isEqualTo(100);
    try (RedisShell shell = new RedisShell(vertx, sentinels.primary().url())) {
      // What the replica has, it will not lose.
      shell.run("WAIT", "1", "10000");
    }
    sentinels.stopSentinel(0);
    sentinels.primary().kill();
    long failed = 0;
    long value = increment(store, key);
    long giveUpAt = System.nanoTime() + PATIENCE_NANOS;
    while (value < 0 && System.nanoTime() < giveUpAt) {
      failed++;
      await(vertx.timer(50));
      value = increment(store, key);
    }
    assertThat(failed).isPositive();
    // Each of those that failed may have been carried out, and no acknowledged one is lost.
    assertThat(value).isBetween(101L, 101 + failed);
    assertThat(await(store.load(key))).isPresent();
    assertThatOldPrimaryIsNotWrittenTo(store, key, value);
    await(store.close());
  }

  // The old primary comes back as one, until the sentinels make it a replica.
  private void assertThatOldPrimaryIsNotWrittenTo(
      RedisSessionStore store, SessionKey key, long value) {
    OwnRedis old = sentinels.primary().restart();
    for (int i = 1; i <= 50; i++) {
      assertThat(increment(store, key)).isEqualTo(value + i);
    }
    RedisSessionStore another = open(sentinels.urls(), OwnSentinels.NAME);
    assertThat(increment(another, key)).isEqualTo(value + 51);
    try (RedisShell shell = new RedisShell(vertx, sentinels.replica().url())) {
      assertThat(shell.run("ROLE").get(0).toString()).isEqualTo("master");
      assertThat(shell.run("HGET", "f:s:" + key.value(), "\"n\"").toLong()).isEqualTo(value + 51);
    }
    await(another.close());
    old.stop();
  }

  @Test
  void aNameThatNoSentinelKnowsAndDeadSentinelsFailAndItRecovers() {
    RedisSessionStore wrong = open(sentinels.urls(), "another");
    assertThatThrownBy(() -> await(wrong.ping()))
        .isInstanceOf(SessionStoreException.class)
        .hasMessageContaining("no master of the name another");
    await(wrong.close());
    List<String> urls =
        List.of("redis://127.0.0.1:1", "redis://127.0.0.1:2", sentinels.urls().get(2));
    RedisSessionStore store = open(urls, OwnSentinels.NAME);
    assertThat(created(store)).isNotNull();
    await(store.close());
    RedisSessionStore dead = open(urls.subList(0, 2), OwnSentinels.NAME);
    assertThatThrownBy(() -> await(dead.ping()))
        .isInstanceOf(SessionStoreException.class)
        .hasMessageContaining("no sentinel");
    await(dead.close());
  }
}
