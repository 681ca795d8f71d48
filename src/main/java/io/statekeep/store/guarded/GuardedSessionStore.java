package io.statekeep.store.guarded;

import io.statekeep.session.Page;
import io.statekeep.session.Query;
import io.statekeep.session.Rotation;
import io.statekeep.session.SaveOutcome;
import io.statekeep.session.SessionDelta;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionRecord;
import io.statekeep.session.SessionStore;
import io.statekeep.session.SessionStoreException;
import io.statekeep.session.Visit;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * A deadline for every call, and a bound on how many are under way: a store that hangs costs its
 * callers a known time, and the process a known amount of memory. Thread-safe.
 */
public final class GuardedSessionStore implements SessionStore {
  private final VertxInternal vertx;
  private final SessionStore store;
  private final Bounds bounds;
  private final AtomicInteger underWay = new AtomicInteger();
  // All calls have the same time, so the first to start is the first to be late.
  private final Queue<Pending<?>> pending = new ConcurrentLinkedQueue<>();
  private final long timer;

  /**
   * The bounds.
   *
   * @param timeoutMillis of a call, in milliseconds; it ends at most a tenth later
   * @param maxUnderWay calls that the store has not ended, those given up by their callers included
   */
  public record Bounds(long timeoutMillis, int maxUnderWay) {}

  /**
   * @param store closed with this one
   */
  public GuardedSessionStore(Vertx vertx, Bounds bounds, SessionStore store) {
    this.vertx = (VertxInternal) vertx;
    this.store = store;
    this.bounds = bounds;
    this.timer = vertx.setPeriodic(Math.max(1, bounds.timeoutMillis() / 10), id -> endLateCalls());
  }

  private <T> Future<T> guard(Supplier<Future<T>> call) {
    if (underWay.get() >= bounds.maxUnderWay()) {
      return Future.failedFuture(new SessionStoreException("too many calls under way", null));
    }
    Future<T> result = call.get();
    if (result.isComplete()) {
      return result;
    }
    underWay.incrementAndGet();
    Promise<T> promise = vertx.promise();
    pending.add(new Pending<>(promise, System.nanoTime()));
    result.onComplete(
        ended -> {
          underWay.decrementAndGet();
          if (ended.succeeded()) {
            promise.tryComplete(ended.result());
          } else {
            promise.tryFail(ended.cause());
          }
        });
    return promise.future();
  }

  private void endLateCalls() {
    long latest = System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(bounds.timeoutMillis());
    for (Pending<?> call = pending.peek();
        call != null && (call.isOver() || call.startedAt - latest <= 0);
        call = pending.peek()) {
      pending.remove();
      call.promise.tryFail(
          new SessionStoreException("no answer within " + bounds.timeoutMillis() + " ms", null));
    }
  }

  private record Pending<T>(Promise<T> promise, long startedAt) {
    boolean isOver() {
      return promise.future().isComplete();
    }
  }

  @Override
  public Future<Optional<SessionRecord>> load(SessionKey key) {
    return guard(() -> store.load(key));
  }

  @Override
  public Future<Visit> visit(SessionKey key) {
    return guard(() -> store.visit(key));
  }

  @Override
  public Future<Boolean> create(SessionRecord record) {
    return guard(() -> store.create(record));
  }

  @Override
  public Future<SaveOutcome> save(SessionKey key, SessionDelta delta) {
    return guard(() -> store.save(key, delta));
  }

  @Override
  public Future<SaveOutcome> rotate(Rotation rotation, SessionDelta delta) {
    return guard(() -> store.rotate(rotation, delta));
  }

  @Override
  public Future<Boolean> delete(SessionKey key) {
    return guard(() -> store.delete(key));
  }

  @Override
  public Future<Page> list(Query query) {
    return guard(() -> store.list(query));
  }

  @Override
  public Future<Set<SessionKey>> deleteBySubject(String subject, Optional<SessionKey> except) {
    return guard(() -> store.deleteBySubject(subject, except));
  }

  @Override
  public Future<Integer> purgeExpired(int limit) {
    return guard(() -> store.purgeExpired(limit));
  }

  @Override
  public Future<Void> ping() {
    return guard(store::ping);
  }

  @Override
  public Future<Void> close() {
    vertx.cancelTimer(timer);
    return store.close();
  }
}
