package io.statekeep.store.layered;

import static io.statekeep.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.session.Creation;
import io.statekeep.session.EndReason;
import io.statekeep.session.SaveOutcome;
import io.statekeep.session.SessionDelta;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionPolicy;
import io.statekeep.session.SessionRecord;
import io.statekeep.session.SessionStore;
import io.statekeep.store.InvalidationChannel;
import io.statekeep.store.local.LocalSessionStore;
import io.statekeep.testing.HeldStore;
import io.statekeep.testing.Keys;
import io.statekeep.testing.ManualChannel;
import io.statekeep.testing.ManualClock;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Thousands of seeded histories of one session that two nodes change, as one of them sees it
 * through its near cache: fills that race with drops, messages that come late, or never, or after
 * the node was stopped for a while, connections that break with and without a word, a store that
 * does not answer. Time is a number. A failure names its seed.
 */
class CoherenceSimulationTest {
  private static final int HISTORIES = Integer.getInteger("statekeep.simulation.histories", 4000);
  private static final int STEPS = 80;
  private static final long BOUND = Duration.ofSeconds(2).toNanos();
  private static final long ENDED = Long.MAX_VALUE;

  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void close() {
    await(vertx.close());
  }

  /** A store may tell the version that a change led to, as PostgreSQL does, or not, as Redis. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void noAnswerIsOlderThanTheBound(boolean tellsVersions) {
    long seed = System.nanoTime();
    int hits = 0;
    for (int i = 0; i < HISTORIES; i++) {
      hits += new History(seed + i, tellsVersions).run();
    }
    // Otherwise nothing was shown of the near cache.
    assertThat(hits).isGreaterThan(HISTORIES);
  }

  private final class History {
    private final String name;
    private final boolean tellsVersions;
    private final Random random;
    private final ManualClock clock = new ManualClock();
    private final ManualChannel channel = new ManualChannel();
    private final SessionStore truth;
    private final HeldStore far;
    private final LayeredSessionStore store;
    private final SessionKey key = Keys.next();
    // What was acknowledged, on any node, by the time of the acknowledgement.
    private final TreeMap<Long, Long> acknowledged = new TreeMap<>();
    private long acknowledgedHere;
    private long told;
    private long now = 1;
    private boolean storeIsAway;
    private int hits;

    History(long seed, boolean tellsVersions) {
      this.name = "seed " + seed;
      this.tellsVersions = tellsVersions;
      this.random = new Random(seed);
      truth =
          new LocalSessionStore(
              vertx, SessionPolicy.DEFAULT, clock, new LocalSessionStore.Capacity(1000, 1L << 30));
      far = new HeldStore(truth);
      Coherence told = new Coherence.Told(channel, Duration.ofNanos(BOUND));
      store =
          new LayeredSessionStore(
              vertx, new LayeredSessionStore.Rules(clock, () -> now, told, 1 << 20), far);
      await(
          truth.create(
              Creation.of(SessionRecord.create(key, SessionPolicy.DEFAULT, clock.millis()))));
      acknowledge(1);
      this.told = 1;
    }

    int run() {
      channel.connect(now);
      for (int step = 0; step < STEPS; step++) {
        now += random.nextInt(8) == 0 ? random.nextLong(2 * BOUND) : random.nextLong(BOUND / 100);
        act();
        tellChanges();
      }
      far.letGo();
      channel.connect(now);
      check(await(store.load(key)), acknowledgedBefore(now));
      return hits;
    }

    private void act() {
      int choice = random.nextInt(100);
      if (choice < 40) {
        read();
      } else if (choice < 45) {
        saveHere();
      } else if (choice < 52) {
        saveElsewhere();
      } else if (choice < 53) {
        end();
      } else if (choice < 73) {
        answer();
      } else if (choice < 77) {
        loseAnswer();
      } else if (choice < 90) {
        deliver();
      } else if (choice < 96) {
        channel.beat(now);
      } else if (choice < 98) {
        channel.connect(now);
      } else {
        disturb();
      }
    }

    private void disturb() {
      if (random.nextBoolean()) {
        channel.cut();
      } else {
        channel.lose();
      }
    }

    // The store tells of what it has done before anybody else can act on it.
    private void tellChanges() {
      Optional<SessionRecord> record = await(truth.load(key));
      long version = record.map(SessionRecord::version).orElse(ENDED);
      if (version != told) {
        told = version;
        channel.change(
            key,
            tellsVersions && version != ENDED
                ? version
                : InvalidationChannel.Listener.UNKNOWN_VERSION);
      }
    }

    private void read() {
      long foreign = acknowledgedBefore(now - BOUND);
      long own = acknowledgedHere;
      Future<Optional<SessionRecord>> read = store.load(key);
      hits += read.isComplete() ? 1 : 0;
      read.onSuccess(
          found -> {
            // What the store did not answer is a copy's: its age counts now.
            long lately = storeIsAway ? acknowledgedBefore(now - BOUND) : foreign;
            check(found, Math.max(own, lately));
          });
    }

    private void check(Optional<SessionRecord> found, long atLeast) {
      if (found.isEmpty()) {
        assertThat(await(truth.load(key))).as(name).isEmpty();
      } else {
        assertThat(found.get().version()).as(name).isGreaterThanOrEqualTo(atLeast);
      }
    }

    private long acknowledgedBefore(long time) {
      Map.Entry<Long, Long> last = acknowledged.floorEntry(time);
      return last == null ? 0 : last.getValue();
    }

    private void acknowledge(long version) {
      acknowledged.put(now, Math.max(version, acknowledgedBefore(now)));
    }

    private void saveHere() {
      store
          .save(key, SessionDelta.increment("n", 1))
          .onSuccess(
              outcome -> {
                saved(outcome);
                if (outcome instanceof SaveOutcome.Saved saved) {
                  acknowledgedHere = Math.max(acknowledgedHere, saved.record().version());
                }
              });
    }

    private void saveElsewhere() {
      saved(await(truth.save(key, SessionDelta.increment("n", 1))));
    }

    private void saved(SaveOutcome outcome) {
      if (outcome instanceof SaveOutcome.Saved saved) {
        acknowledge(saved.record().version());
      }
    }

    private void end() {
      if (random.nextBoolean()) {
        await(truth.delete(key, EndReason.REVOKED));
        acknowledge(ENDED);
        return;
      }
      store
          .delete(key, EndReason.REVOKED)
          .onSuccess(
              live -> {
                acknowledge(ENDED);
                acknowledgedHere = ENDED;
              });
    }

    private void answer() {
      if (far.waiting() > 0) {
        far.goOn(random.nextInt(far.waiting()));
      }
    }

    private void loseAnswer() {
      if (far.waiting() > 0) {
        storeIsAway = true;
        far.lose(random.nextInt(far.waiting()), random.nextBoolean());
        storeIsAway = false;
      }
    }

    private void deliver() {
      if (channel.underWay() > 0) {
        channel.deliver();
      }
    }
  }
}
