package io.statekeep.store;

import static io.statekeep.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.session.Creation;
import io.statekeep.session.EndReason;
import io.statekeep.session.ExpiryChange;
import io.statekeep.session.Rotation;
import io.statekeep.session.SaveOutcome;
import io.statekeep.session.SessionDelta;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionRecord;
import io.statekeep.session.SessionStore;
import io.statekeep.testing.Keys;
import io.statekeep.testing.ManualClock;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;

/**
 * A session's end among everything else that may be under way: seeded orders of steps from two
 * event loops and two nodes. A failure names its seed.
 */
final class Interleavings {
  private static final int AT_ONCE = 20;

  private final SessionStore store;
  private final SessionStore other;
  private final ManualClock clock;
  private final List<Context> contexts;

  Interleavings(Vertx vertx, SessionStore store, SessionStore other, ManualClock clock) {
    this.store = store;
    this.other = other;
    this.clock = clock;
    VertxInternal internal = (VertxInternal) vertx;
    this.contexts = List.of(internal.createEventLoopContext(), internal.createEventLoopContext());
  }

  void run(int rounds) {
    long seed = System.nanoTime();
    for (int round = 0; round < rounds; round += AT_ONCE) {
      List<Round> started = new ArrayList<>();
      for (int i = 0; i < AT_ONCE; i++) {
        started.add(new Round(seed + round + i));
      }
      // What is only awaited is awaited together: one after another it would take most of the time.
      await(Future.join(started.stream().map(Round::create).toList()));
      started.forEach(Round::start);
      started.forEach(Round::settle);
      started.forEach(Round::look);
      started.forEach(Round::check);
    }
  }

  private final class Round {
    private final long seed;
    private final Random random;
    private final SessionKey key = Keys.next();
    private final SessionKey movedTo = Keys.nextFor(key);
    private final List<Future<?>> steps = new ArrayList<>();
    private final SessionRecord record;
    private Future<Boolean> deletion;
    private Future<SaveOutcome> rotation;
    private Future<Optional<SessionRecord>> readAfterDeletion;
    private List<Future<Optional<SessionRecord>>> readByOldKey;
    private List<Future<Optional<SessionRecord>>> readByNewKey;

    Round(long seed) {
      this.seed = seed;
      this.random = new Random(seed);
      this.record =
          SessionRecord.create(key, SessionStoreContract.POLICY, clock.millis() - 120_000);
    }

    Future<?> create() {
      return store.create(Creation.of(record));
    }

    void start() {
      List<Runnable> order = new ArrayList<>();
      order.add(
          () -> {
            deletion = on(s -> s.delete(key, EndReason.REVOKED));
            // What was acknowledged must hold for whoever asks next, anywhere.
            readAfterDeletion = deletion.compose(v -> on(s -> s.load(key)));
          });
      order.add(() -> rotation = on(s -> s.rotate(Rotation.login(key, movedTo, "u"), touch())));
      order.add(() -> steps.add(on(s -> s.save(key, SessionDelta.put("a", "1")))));
      order.add(() -> steps.add(on(s -> s.save(key, SessionDelta.put("b", "1").withSeen(record)))));
      order.add(() -> steps.add(on(s -> s.save(key, SessionDelta.TOUCH))));
      order.add(() -> steps.add(on(s -> s.save(key, SessionDelta.increment("n", 1)))));
      order.add(() -> steps.add(on(s -> s.save(key, longer()))));
      order.add(() -> steps.add(on(s -> s.load(key))));
      order.add(() -> steps.add(on(s -> s.load(key))));
      Collections.shuffle(order, random);
      order.forEach(Runnable::run);
    }

    private SessionDelta touch() {
      return SessionDelta.TOUCH;
    }

    private SessionDelta longer() {
      return SessionDelta.builder().expiry(ExpiryChange.idle(Duration.ofDays(30))).build();
    }

    private <T> Future<T> on(Function<SessionStore, Future<T>> step) {
      SessionStore node = random.nextBoolean() ? store : other;
      Promise<T> promise = Promise.promise();
      contexts
          .get(random.nextInt(contexts.size()))
          .runOnContext(v -> step.apply(node).onComplete(promise));
      return promise.future();
    }

    void settle() {
      steps.forEach(step -> await(step));
      await(deletion);
      await(rotation);
      await(readAfterDeletion);
    }

    void look() {
      readByOldKey = List.of(store.load(key), other.load(key));
      readByNewKey = List.of(other.load(movedTo), store.load(movedTo));
    }

    void check() {
      boolean deleted = await(deletion);
      boolean moved = await(rotation) instanceof SaveOutcome.Saved;
      String when = "seed " + seed;
      // The session ended or moved; never both, never neither.
      assertThat(deleted).as(when).isNotEqualTo(moved);
      assertThat(await(readAfterDeletion)).as(when).isEmpty();
      readByOldKey.forEach(read -> assertThat(await(read)).as(when).isEmpty());
      readByNewKey.forEach(read -> assertThat(await(read).isPresent()).as(when).isEqualTo(moved));
    }
  }
}
