package io.statekeep.web;

import io.statekeep.session.SessionStoreException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Bounds how long an answer may take, however many calls of the store it needs. Costs nothing where
 * the answer is there at once. Thread-safe.
 */
public final class AnswerDeadline {
  private static final long MAX_TICK_MILLIS = 200;

  private final long timeoutMillis;
  // All have the same time, so the first to start is the first to be late.
  private final Queue<Waiting> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean watched = new AtomicBoolean();

  /**
   * @param timeoutMillis of an answer, in milliseconds; it ends at most 200 later
   */
  public AnswerDeadline(long timeoutMillis) {
    this.timeoutMillis = timeoutMillis;
  }

  /** The same answer, or after the deadline a failure. */
  public <T> Future<T> limit(Vertx vertx, Future<T> answer) {
    if (answer.isComplete()) {
      return answer;
    }
    Promise<T> promise = Promise.promise();
    waiting.add(new Waiting(promise, System.nanoTime()));
    watch(vertx);
    answer.onSuccess(promise::tryComplete).onFailure(promise::tryFail);
    return promise.future();
  }

  private void watch(Vertx vertx) {
    if (watched.compareAndSet(false, true)) {
      vertx.setTimer(
          Math.max(1, Math.min(timeoutMillis / 10, MAX_TICK_MILLIS)),
          id -> {
            watched.set(false);
            endLateAnswers();
            if (!waiting.isEmpty()) {
              watch(vertx);
            }
          });
    }
  }

  private void endLateAnswers() {
    waiting.removeIf(answer -> answer.promise.future().isComplete());
    long latest = System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    for (Waiting answer : waiting) {
      if (answer.startedAt - latest > 0) {
        break;
      }
      answer.promise.tryFail(
          new SessionStoreException("no answer within " + timeoutMillis + " ms", null));
    }
  }

  private record Waiting(Promise<?> promise, long startedAt) {}
}
