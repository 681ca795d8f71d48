package io.statekeep.store.jdbc;

import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionStoreException;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.VertxInternal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One database connection that carries out calls in batches: what arrives while a batch is under
 * way forms the next one. An idle lane starts at once; a busy one grows its batches instead of its
 * queue's waiting time. Thread-safe.
 *
 * @param <C> the calls of this lane
 */
final class Lane<C extends Lane.Call<?>> {
  private final VertxInternal vertx;
  private final Supplier<Future<SqlLink>> links;
  private final Runner<C> runner;
  private final Limits limits;
  private final Context context;
  private final Queue<C> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean busy = new AtomicBoolean();
  // Touched on the lane's context only.
  private @Nullable SqlLink link;
  private volatile boolean closed;

  /** Carries out a batch on the lane's connection and completes its calls. */
  interface Runner<C> {
    /**
     * Completes the future after every call of the batch; fails it if the connection is not to be
     * used again.
     */
    Future<Void> run(SqlLink link, List<C> batch);
  }

  /**
   * The bounds of a lane.
   *
   * @param batch calls of one batch, at most
   * @param timeoutMillis how long a call may wait for its batch to begin, in milliseconds
   */
  record Limits(int batch, long timeoutMillis) {}

  /** What somebody waits for. */
  abstract static class Call<R> {
    private final long startedAt = System.nanoTime();
    private final Promise<R> promise;
    private final @Nullable SessionKey key;

    /**
     * @param vertx completes the future on the context that made the call
     * @param key the row that the call is about, or null if it is not about one
     */
    Call(VertxInternal vertx, @Nullable SessionKey key) {
      this.promise = vertx.promise();
      this.key = key;
    }

    /** The call's row. */
    SessionKey key() {
      if (key == null) {
        throw new IllegalStateException("a call that is not about one row");
      }
      return key;
    }

    /** Where calls about the same row agree. */
    int lane() {
      return key == null ? 0 : key.hashCode();
    }

    /** Whether one batch may hold several such calls for one row. */
    boolean sharesRow() {
      return false;
    }

    Future<R> future() {
      return promise.future();
    }

    void succeed(R result) {
      promise.tryComplete(result);
    }

    void fail(Throwable cause) {
      promise.tryFail(cause);
    }

    boolean isOlderThan(long millis) {
      return System.nanoTime() - startedAt > millis * 1_000_000;
    }

    /** Whether the call must have a batch of its own. */
    boolean isAlone() {
      return key == null;
    }
  }

  Lane(VertxInternal vertx, Supplier<Future<SqlLink>> links, Limits limits, Runner<C> runner) {
    this.vertx = vertx;
    this.links = links;
    this.limits = limits;
    this.runner = runner;
    this.context = vertx.createEventLoopContext();
  }

  /** Queues a call; one that lost its race may be queued again. */
  void submit(C call) {
    waiting.add(call);
    wake();
  }

  private void wake() {
    if (busy.compareAndSet(false, true)) {
      context.runOnContext(v -> next());
    }
  }

  private void next() {
    List<C> batch = takeBatch();
    if (batch.isEmpty()) {
      if (closed) {
        discardConnection();
      }
      busy.set(false);
      // Something may have come between the last look and the flag.
      if (!waiting.isEmpty()) {
        wake();
      }
      return;
    }
    run(batch)
        .onComplete(
            done -> {
              if (done.failed()) {
                discardConnection();
              }
              context.runOnContext(v -> next());
            });
  }

  private List<C> takeBatch() {
    List<C> batch = new ArrayList<>();
    Map<SessionKey, Boolean> rows = new HashMap<>();
    while (batch.size() < limits.batch()) {
      C call = waiting.peek();
      if (call == null || (call.isAlone() && !batch.isEmpty())) {
        break;
      }
      Boolean shared = call.isAlone() ? null : rows.put(call.key(), call.sharesRow());
      if (shared != null && !(shared && call.sharesRow())) {
        // Two calls that cannot share their row: the second one waits for the next batch.
        break;
      }
      waiting.remove();
      if (call.isOlderThan(limits.timeoutMillis())) {
        // Nobody waits for it any more: not done is better than done after the answer was
        // "unavailable".
        call.fail(new SessionStoreException("the database is too slow", null));
        continue;
      }
      batch.add(call);
      if (call.isAlone()) {
        break;
      }
    }
    return batch;
  }

  private Future<Void> run(List<C> batch) {
    if (closed) {
      return refuse(batch, new SessionStoreException("the store is closed", null));
    }
    return connected()
        .compose(
            open -> runner.run(open, batch),
            noConnection ->
                refuse(
                    batch,
                    new SessionStoreException("no connection to the database", noConnection)));
  }

  private Future<SqlLink> connected() {
    SqlLink open = link;
    if (open != null) {
      return Future.succeededFuture(open);
    }
    return Future.<Void>succeededFuture().compose(v -> links.get()).onSuccess(made -> link = made);
  }

  private Future<Void> refuse(List<C> batch, SessionStoreException cause) {
    batch.forEach(call -> call.fail(cause));
    return Future.failedFuture(cause);
  }

  // A connection that saw an error may be dead, or in a state that nobody knows: the next batch
  // takes a new one.
  private void discardConnection() {
    SqlLink broken = link;
    link = null;
    if (broken != null) {
      broken.close();
    }
  }

  Future<Void> close() {
    closed = true;
    Promise<Void> promise = vertx.promise();
    context.runOnContext(
        v -> {
          SqlLink last = link;
          link = null;
          (last == null ? Future.<Void>succeededFuture() : last.close()).onComplete(promise);
        });
    return promise.future();
  }
}
