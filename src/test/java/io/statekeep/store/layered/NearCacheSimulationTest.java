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
import io.statekeep.store.local.LocalSessionStore;
import io.statekeep.testing.HeldStore;
import io.statekeep.testing.Keys;
import io.statekeep.testing.ManualClock;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Thousands of seeded histories of one session behind one near cache, with every order in which
 * calls may reach the store and answers may come back, some of them lost. A failure names its seed.
 */
class NearCacheSimulationTest {
  private static final int HISTORIES = Integer.getInteger("statekeep.simulation.histories", 3000);
  private static final int STEPS = 60;

  @Test
  void noReadAnswersFromBeforeAnAcknowledgedChange() {
    Vertx vertx = Vertx.vertx();
    long seed = System.nanoTime();
    for (int i = 0; i < HISTORIES; i++) {
      new History(vertx, seed + i).run();
    }
    await(vertx.close());
  }

  private static final class History {
    private final long seed;
    private final Random random;
    private final HeldStore far;
    private final LayeredSessionStore store;
    private final SessionKey key = Keys.next();
    // Of what was acknowledged: the newest version, and whether the session has ended.
    private long acknowledged = 1;
    private boolean ended;

    History(Vertx vertx, long seed) {
      this.seed = seed;
      this.random = new Random(seed);
      ManualClock clock = new ManualClock();
      far =
          new HeldStore(
              new LocalSessionStore(
                  vertx,
                  SessionPolicy.DEFAULT,
                  clock,
                  new LocalSessionStore.Capacity(1000, 1L << 30)));
      LayeredSessionStore.Rules rules =
          new LayeredSessionStore.Rules(clock, () -> 0, Coherence.EXCLUSIVE, 1 << 20);
      store = new LayeredSessionStore(vertx, rules, far);
      far.letGo();
      await(
          store.create(
              Creation.of(SessionRecord.create(key, SessionPolicy.DEFAULT, clock.millis()))));
      far.hold();
    }

    void run() {
      for (int step = 0; step < STEPS; step++) {
        act();
      }
      while (far.waiting() > 0) {
        far.goOn(random.nextInt(far.waiting()));
      }
      far.letGo();
      check(await(store.load(key)), acknowledged, ended);
    }

    private void act() {
      int choice = random.nextInt(20);
      if (choice < 6) {
        read();
      } else if (choice < 9) {
        save();
      } else if (choice == 9 && random.nextInt(4) == 0) {
        delete();
      } else if (far.waiting() > 0) {
        int index = random.nextInt(far.waiting());
        if (choice == 19) {
          far.lose(index, random.nextBoolean());
        } else {
          far.goOn(index);
        }
      }
    }

    private void read() {
      long newest = acknowledged;
      boolean over = ended;
      store.load(key).onSuccess(read -> check(read, newest, over));
    }

    /** What was acknowledged before a read began, the read must show. */
    private void check(Optional<SessionRecord> read, long newest, boolean over) {
      if (over) {
        assertThat(read).as("seed " + seed).isEmpty();
      }
      read.ifPresent(
          r -> assertThat(r.version()).as("seed " + seed).isGreaterThanOrEqualTo(newest));
    }

    private void save() {
      Future<SaveOutcome> save = store.save(key, SessionDelta.increment("n", 1));
      save.onSuccess(
          outcome -> {
            if (outcome instanceof SaveOutcome.Saved saved) {
              acknowledged = Math.max(acknowledged, saved.record().version());
            }
          });
    }

    private void delete() {
      store.delete(key, EndReason.REVOKED).onSuccess(live -> ended = true);
    }
  }
}
