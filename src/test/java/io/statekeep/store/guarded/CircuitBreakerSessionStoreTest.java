package io.statekeep.store.guarded;

import static io.statekeep.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statekeep.session.Creation;
import io.statekeep.session.SessionDelta;
import io.statekeep.session.SessionPolicy;
import io.statekeep.session.SessionRecord;
import io.statekeep.session.SessionStoreException;
import io.statekeep.store.ForwardingSessionStore;
import io.statekeep.store.local.LocalSessionStore;
import io.statekeep.testing.Keys;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CircuitBreakerSessionStoreTest {
  private static final int TIMEOUT = 50;
  private static final SessionPolicy POLICY = SessionPolicy.DEFAULT;

  private final Vertx vertx = Vertx.vertx();
  private final SessionRecord record =
      SessionRecord.create(Keys.next(), POLICY, System.currentTimeMillis());
  private Line line;
  private CircuitBreakerSessionStore store;

  /** A store at the end of a line that may be down. */
  private static final class Line extends ForwardingSessionStore {
    private final AtomicInteger asked = new AtomicInteger();
    private volatile State state = State.UP;

    enum State {
      UP,
      DOWN,
      SILENT,
      REFUSING
    }

    Line(LocalSessionStore store) {
      super(store);
    }

    @Override
    protected <T> Future<T> forward(Verb verb, Supplier<Future<T>> call) {
      asked.incrementAndGet();
      return switch (state) {
        case UP -> call.get();
        case DOWN -> Future.failedFuture(new SessionStoreException("down", null));
        case SILENT -> Promise.<T>promise().future();
        case REFUSING -> Future.failedFuture(SessionStoreException.refusal("full", null));
      };
    }
  }

  @BeforeEach
  void start() {
    line =
        new Line(
            new LocalSessionStore(
                vertx,
                POLICY,
                InstantSource.system(),
                new LocalSessionStore.Capacity(100, 1 << 20)));
    store = new CircuitBreakerSessionStore(vertx, TIMEOUT, line);
    await(store.create(Creation.of(record)));
  }

  @AfterEach
  void stop() {
    await(store.close());
    await(vertx.close());
  }

  private void loadUntilSuspended() {
    while (!store.isSuspended()) {
      assertThat(store.load(record.key()).failed()).isTrue();
    }
  }

  private void loadUntilResumed() {
    while (!store.load(record.key()).succeeded()) {
      Thread.onSpinWait();
    }
    assertThat(store.isSuspended()).isFalse();
  }

  @Test
  void aStoreThatDoesNotAnswerIsLeftAloneUntilAProbeIsAnswered() {
    line.state = Line.State.DOWN;
    loadUntilSuspended();
    int before = line.asked.get();
    long refusals = store.refusals();
    for (int i = 0; i < 1000; i++) {
      assertThat(store.save(record.key(), SessionDelta.TOUCH).cause())
          .isInstanceOf(SessionStoreException.class)
          .hasMessage("not asked, as it does not answer");
    }
    // A probe or two may have been among them, if the machine is slow.
    assertThat(line.asked.get() - before).isLessThan(100);
    assertThat(store.refusals() - refusals).isEqualTo(1000);
    line.state = Line.State.UP;
    loadUntilResumed();
  }

  @Test
  void aPingAlwaysAsksTheStore() {
    line.state = Line.State.DOWN;
    loadUntilSuspended();
    assertThatThrownBy(() -> await(store.ping())).hasMessage("down");
    line.state = Line.State.UP;
    await(store.ping());
    assertThat(await(store.load(record.key()))).contains(record);
  }

  @Test
  void whatTheStoreRefusesIsAnAnswer() {
    line.state = Line.State.REFUSING;
    long end = System.nanoTime() + 4L * TIMEOUT * 1_000_000;
    while (System.nanoTime() < end) {
      assertThat(store.load(record.key()).cause()).hasMessage("full");
    }
    assertThat(store.isSuspended()).isFalse();
  }

  @Test
  void callsThatNobodyAnswersSuspendAndTheirLateEndChangesNothing() {
    line.state = Line.State.SILENT;
    List.of(store.load(record.key()), store.load(record.key()), store.load(record.key()));
    while (!store.isSuspended()) {
      store.load(record.key());
    }
    assertThat(store.load(record.key()).failed()).isTrue();
  }
}
