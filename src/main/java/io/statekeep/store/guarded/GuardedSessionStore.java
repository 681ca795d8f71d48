package io.statekeep.store.guarded;

import io.statekeep.session.CreateOutcome;
import io.statekeep.session.Creation;
import io.statekeep.session.EndReason;
import io.statekeep.session.EventPage;
import io.statekeep.session.Page;
import io.statekeep.session.Query;
import io.statekeep.session.Rotation;
import io.statekeep.session.SaveOutcome;
import io.statekeep.session.SessionDelta;
import io.statekeep.session.SessionEvent;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionRecord;
import io.statekeep.session.SessionStore;
import io.statekeep.session.SessionStoreException;
import io.statekeep.session.Visit;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A deadline for every call, and a bound on how many are under way: a store that hangs costs its
 * callers a known time, and the process a known amount of memory. Thread-safe.
 */
public final class GuardedSessionStore implements SessionStore {
  private static final long LONGEST_POLL_MILLIS = 200;

  private final VertxInternal vertx;
  private final SessionStore store;
  private final Bounds bounds;
  private final AtomicInteger underWay = new AtomicInteger();
  private final Queue<Pending<?>> pending = new ConcurrentLinkedQueue<>();
  private final long timer;
  private volatile boolean closed;

  /**
   * The bounds.
   *
   * @param timeoutMillis of a call, in milliseconds; it ends at most a tenth later, and at most 200
   *     milliseconds
   * @param maxUnderWay calls that the store has not ended, those given up by their callers included
   */
  public record Bounds(long timeoutMillis, int maxUnderWay) {
    long pollMillis() {
      return Math.max(1, Math.min(timeoutMillis / 10, LONGEST_POLL_MILLIS));
    }
  }

  /**
   * @param store closed with this one
   */
  public GuardedSessionStore(Vertx vertx, Bounds bounds, SessionStore store) {
    this.vertx = (VertxInternal) vertx;
    this.store = store;
    this.bounds = bounds;
    this.timer = vertx.setPeriodic(bounds.pollMillis(), id -> endLateCalls());
  }

  private <T> Future<T> guard(Supplier<Future<T>> call) {
    if (closed) {
      return Future.failedFuture(closedFailure());
    }
    if (underWay.get() >= bounds.maxUnderWay()) {
      return Future.failedFuture(new SessionStoreException("too many calls under way", null));
    }
    Future<T> result = call.get();
    if (result.isComplete()) {
      return result;
    }
    underWay.incrementAndGet();
    Promise<T> promise = vertx.promise();
    Pending<T> waiting = new Pending<>(promise, System.nanoTime());
    pending.add(waiting);
    result.onComplete(
        ended -> {
          underWay.decrementAndGet();
          waiting.end(ended);
        });
    if (closed) {
      // It may have come too late to be seen by the one who closes.
      waiting.fail(closedFailure());
    }
    return promise.future();
  }

  private static SessionStoreException closedFailure() {
    return new SessionStoreException("the store is closed", null);
  }

  private void endLateCalls() {
    long latest = System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(bounds.timeoutMillis());
    for (Pending<?> call : pending) {
      if (!call.isOver() && call.startedAt - latest <= 0) {
        call.fail(
            new SessionStoreException("no answer within " + bounds.timeoutMillis() + " ms", null));
      }
    }
    pending.removeIf(Pending::isOver);
  }

  /** How many calls there is a note of; those that ended lately may be among them. */
  int remembered() {
    return pending.size();
  }

  private static final class Pending<T> {
    private final long startedAt;
    // Dropped at the end: a note of a call that is over must not keep its result alive.
    private volatile @Nullable Promise<T> promise;

    Pending(Promise<T> promise, long startedAt) {
      this.promise = promise;
      this.startedAt = startedAt;
    }

    boolean isOver() {
      return promise == null;
    }

    void end(AsyncResult<T> ended) {
      Promise<T> waiting = promise;
      promise = null;
      if (waiting != null) {
        if (ended.succeeded()) {
          waiting.tryComplete(ended.result());
        } else {
          waiting.tryFail(ended.cause());
        }
      }
    }

    void fail(SessionStoreException cause) {
      end(Future.failedFuture(cause));
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
  public Future<CreateOutcome> create(Creation creation) {
    return guard(() -> store.create(creation));
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
  public Future<Boolean> delete(SessionKey key, EndReason reason) {
    return guard(() -> store.delete(key, reason));
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
  public Future<EventPage> events(@Nullable String after, int limit) {
    return guard(() -> store.events(after, limit));
  }

  @Override
  public Future<Void> append(List<SessionEvent> rejections) {
    return guard(() -> store.append(rejections));
  }

  @Override
  public Future<Void> ping() {
    return guard(store::ping);
  }

  /** Ends the calls that are under way, refuses what comes, and closes the store. */
  @Override
  public Future<Void> close() {
    closed = true;
    vertx.cancelTimer(timer);
    pending.forEach(call -> call.fail(closedFailure()));
    pending.clear();
    return store.close();
  }
}
