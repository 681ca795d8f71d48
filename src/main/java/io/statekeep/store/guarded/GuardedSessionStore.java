package io.statekeep.store.guarded;

import io.statekeep.session.Deadline;
import io.statekeep.session.SessionStore;
import io.statekeep.session.SessionStoreException;
import io.statekeep.store.ForwardingSessionStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * A deadline for every call, and a bound on how many are under way: a store that hangs costs its
 * callers a known time, and the process a known amount of memory. Thread-safe.
 */
public final class GuardedSessionStore extends ForwardingSessionStore {
  private final Vertx vertx;
  private final Bounds bounds;
  private final Deadline deadline;
  private final AtomicInteger underWay = new AtomicInteger();
  private volatile boolean closed;

  /**
   * The bounds.
   *
   * @param timeoutMillis of a call, in milliseconds; it ends at most a tenth later, and at most 200
   *     milliseconds
   * @param maxUnderWay calls that the store has not ended, those given up by their callers included
   */
  public record Bounds(long timeoutMillis, int maxUnderWay) {}

  /**
   * @param store closed with this one
   */
  public GuardedSessionStore(Vertx vertx, Bounds bounds, SessionStore store) {
    super(store);
    this.vertx = vertx;
    this.bounds = bounds;
    this.deadline = new Deadline(bounds.timeoutMillis());
  }

  @Override
  protected <T> Future<T> forward(Verb verb, Supplier<Future<T>> call) {
    if (closed) {
      return Future.failedFuture(new SessionStoreException("the store is closed", null));
    }
    if (underWay.get() >= bounds.maxUnderWay()) {
      return Future.failedFuture(new SessionStoreException("too many calls under way", null));
    }
    Future<T> result = call.get();
    if (result.isComplete()) {
      return result;
    }
    underWay.incrementAndGet();
    // In front of the deadline: who hears of the end may make the next call.
    result.onComplete(ended -> underWay.decrementAndGet());
    return deadline.limit(vertx, result);
  }

  /** Ends the calls that are under way, refuses what comes, and closes the store. */
  @Override
  public Future<Void> close() {
    closed = true;
    deadline.close();
    return super.close();
  }
}
