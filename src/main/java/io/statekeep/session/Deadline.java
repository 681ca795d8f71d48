package io.statekeep.session;

import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how long answers may take. One timer serves all that wait, and none runs while nobody
 * does; an answer that is there at once costs nothing. Thread-safe.
 */
public final class Deadline {
  private static final long LONGEST_TICK_MILLIS = 200;

  private final long timeoutMillis;
  // All have the same time, so the first to start is the first to be late.
  private final Queue<Waiting<?>> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean watched = new AtomicBoolean();
  private volatile boolean closed;

  /**
   * @param timeoutMillis of an answer, in milliseconds; it ends at most a tenth later, and at most
   *     200 milliseconds
   */
  public Deadline(long timeoutMillis) {
    this.timeoutMillis = timeoutMillis;
  }

  /** The same answer on the caller's context, or after the deadline a failure. */
  public <T> Future<T> limit(Vertx vertx, Future<T> answer) {
    if (answer.isComplete()) {
      return answer;
    }
    VertxInternal internal = (VertxInternal) vertx;
    Promise<T> promise = internal.promise();
    Waiting<T> patient = new Waiting<>(promise, System.nanoTime());
    waiting.add(patient);
    watch(internal);
    answer.onComplete(patient::end);
    if (closed) {
      // It may have come too late to be seen by the one who closes.
      patient.fail(closedFailure());
    }
    return promise.future();
  }

  /** Ends all that wait, and all that would. */
  public void close() {
    closed = true;
    waiting.forEach(answer -> answer.fail(closedFailure()));
    waiting.clear();
  }

  private static SessionStoreException closedFailure() {
    return new SessionStoreException("the store is closed", null);
  }

  private void watch(VertxInternal vertx) {
    if (watched.compareAndSet(false, true)) {
      // On a context of its own: one that ends would take the timer, and this watch, with it.
      vertx
          .createEventLoopContext()
          .setTimer(
              tickMillis(),
              id -> {
                watched.set(false);
                endLateAnswers();
                if (!waiting.isEmpty()) {
                  watch(vertx);
                }
              });
    }
  }

  /** How often late answers are looked for. */
  long tickMillis() {
    return Math.max(1, Math.min(timeoutMillis / 10, LONGEST_TICK_MILLIS));
  }

  private void endLateAnswers() {
    waiting.removeIf(Waiting::isOver);
    long latest = System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    for (Waiting<?> answer : waiting) {
      if (answer.startedAt - latest > 0) {
        break;
      }
      answer.fail(new SessionStoreException("no answer within " + timeoutMillis + " ms", null));
    }
  }

  /** How many answers there is a note of; those that came lately may be among them. */
  int remembered() {
    return waiting.size();
  }

  private static final class Waiting<T> {
    private final long startedAt;
    // Dropped at the end: a note of an answer that came must not keep it alive.
    private volatile @Nullable Promise<T> promise;

    Waiting(Promise<T> promise, long startedAt) {
      this.promise = promise;
      this.startedAt = startedAt;
    }

    boolean isOver() {
      return promise == null;
    }

    void end(AsyncResult<T> ended) {
      Promise<T> answer = promise;
      promise = null;
      if (answer != null) {
        if (ended.succeeded()) {
          answer.tryComplete(ended.result());
        } else {
          answer.tryFail(ended.cause());
        }
      }
    }

    void fail(SessionStoreException cause) {
      end(Future.failedFuture(cause));
    }
  }
}
