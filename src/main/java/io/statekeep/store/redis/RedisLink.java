package io.statekeep.store.redis;

import io.statekeep.session.SessionStoreException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One event loop's connection: commands are pipelined on it and answered in order. Lost, it is made
 * again, with a pause that grows to a second; silent for longer than the deadline, it is closed, so
 * that no late answer can meet another question.
 */
final class RedisLink {
  private static final Logger LOG = LoggerFactory.getLogger(RedisLink.class);
  private static final long MIN_PAUSE_MILLIS = 20;
  private static final long MAX_PAUSE_MILLIS = 1000;

  private final VertxInternal vertx;
  private final ContextInternal context;
  private final Supplier<Redis> clients;
  private final long timeoutMillis;

  // All below is touched on the link's event loop only.
  private @Nullable Attempt current;
  private long pauseMillis = MIN_PAUSE_MILLIS;
  private long pausedUntil = System.nanoTime();
  private boolean closed;

  /**
   * @param clients makes a client for one connection; called again whenever one has failed
   * @param timeoutMillis how long an answer may take before the connection is given up
   */
  RedisLink(
      VertxInternal vertx, ContextInternal context, Supplier<Redis> clients, long timeoutMillis) {
    this.vertx = vertx;
    this.context = context;
    this.clients = clients;
    this.timeoutMillis = timeoutMillis;
  }

  /** Sends a command; the answer comes on the caller's context. */
  Future<Response> send(Request request) {
    Promise<Response> promise = vertx.promise();
    context.execute(() -> sendHere(request).onComplete(promise));
    return promise.future();
  }

  private Future<Response> sendHere(Request request) {
    if (closed) {
      return Future.failedFuture(new SessionStoreException("the store is closed", null));
    }
    if (current == null) {
      if (System.nanoTime() - pausedUntil < 0) {
        return Future.failedFuture(new SessionStoreException("no connection to Redis", null));
      }
      current = new Attempt();
    }
    return current.send(request);
  }

  Future<Void> close() {
    Promise<Void> promise = vertx.promise();
    context.execute(
        () -> {
          closed = true;
          if (current != null) {
            current.giveUp("closed");
          }
          promise.complete();
        });
    return promise.future();
  }

  /** One connection from the attempt to make it to its end. */
  private final class Attempt {
    private final Redis client = clients.get();
    private final Promise<RedisConnection> opened = context.promise();
    private final long watch;
    private int unanswered;
    private long heardAt = System.nanoTime();
    private boolean over;

    Attempt() {
      watch = context.setPeriodic(Math.max(1, timeoutMillis / 4), id -> closeIfSilent());
      client.connect().onSuccess(this::open).onFailure(failure -> giveUp(failure.getMessage()));
    }

    private void open(RedisConnection connection) {
      if (over) {
        return;
      }
      LOG.info("store.connected: connection to Redis is up");
      pauseMillis = MIN_PAUSE_MILLIS;
      connection.exceptionHandler(failure -> giveUp(failure.getMessage()));
      connection.endHandler(v -> giveUp("closed by Redis"));
      opened.complete(connection);
    }

    Future<Response> send(Request request) {
      if (unanswered++ == 0) {
        heardAt = System.nanoTime();
      }
      Future<RedisConnection> ready = opened.future();
      Future<Response> answer =
          ready.succeeded()
              ? ready.result().send(request)
              : ready.compose(connection -> connection.send(request));
      return answer.onComplete(
          result -> {
            unanswered--;
            heardAt = System.nanoTime();
          });
    }

    private void closeIfSilent() {
      long silence = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - heardAt);
      boolean waiting = unanswered > 0 || !opened.future().isComplete();
      if (waiting && silence > timeoutMillis) {
        giveUp("no answer within " + timeoutMillis + " ms");
      }
    }

    private void giveUp(@Nullable String why) {
      context.execute(
          () -> {
            if (over) {
              return;
            }
            over = true;
            context.owner().cancelTimer(watch);
            current = null;
            if (!closed) {
              LOG.warn("store.disconnected: connection to Redis is down: {}", why);
              pausedUntil = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(pauseMillis);
              pauseMillis = Math.min(pauseMillis * 2, MAX_PAUSE_MILLIS);
            }
            opened.tryFail(new SessionStoreException("no connection to Redis", null));
            // Ends the connection for good: a pooled one would only be put back.
            client.close();
          });
    }
  }
}
