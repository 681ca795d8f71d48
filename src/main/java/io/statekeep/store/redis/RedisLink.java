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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One event loop's connection: the commands of one turn of the loop are written at once, and
 * answered in order. Lost, it is made again, with a pause that grows to a second; silent for longer
 * than the deadline, it is closed, so that no late answer can meet another question.
 */
final class RedisLink {
  private static final Logger LOG = LoggerFactory.getLogger(RedisLink.class);
  private static final long MIN_PAUSE_MILLIS = 20;
  private static final long MAX_PAUSE_MILLIS = 1000;
  private static final long MIN_AGE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final VertxInternal vertx;
  private final ContextInternal context;
  private final Supplier<Redis> clients;
  private final long timeoutMillis;

  private final Set<Script> known = ConcurrentHashMap.newKeySet();

  // All below is touched on the link's event loop only.
  private CommandBatch next = new CommandBatch();
  private @Nullable Attempt current;
  private long pauseMillis = MIN_PAUSE_MILLIS;
  private long pausedUntil = System.nanoTime();
  private long renewedAt = System.nanoTime() - MIN_AGE_NANOS;
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

  /**
   * Sends a command; the answer comes on the caller's context.
   *
   * @return fails with a {@link RedisError} if Redis answered with one, and with a {@link
   *     SessionStoreException} if nobody knows what became of the command
   */
  Future<Response> send(Request request) {
    Promise<Response> promise = vertx.promise();
    context.execute(() -> add(request, promise));
    return promise.future();
  }

  /**
   * Whether Redis has been told the script's text. A script that it does not know is an error,
   * which would cost the commands sent with it their answers.
   */
  boolean knows(Script script) {
    return known.contains(script);
  }

  void learned(Script script) {
    known.add(script);
  }

  void forgot(Script script) {
    known.remove(script);
  }

  // What the requests of this turn of the event loop ask is sent when all of them have been heard.
  private void add(Request request, Promise<Response> promise) {
    if (next.size() == 0) {
      context.nettyEventLoop().execute(this::sendBatch);
    }
    next.add(request, promise);
  }

  private void sendBatch() {
    CommandBatch batch = next;
    next = new CommandBatch();
    if (closed) {
      batch.fail(new SessionStoreException("the store is closed", null));
      return;
    }
    if (current == null) {
      if (System.nanoTime() - pausedUntil < 0) {
        batch.fail(new SessionStoreException("no connection to Redis", null));
        return;
      }
      current = new Attempt();
    }
    current.send(batch);
  }

  /**
   * Makes the connection again, at most once a second: behind the same name there may be another
   * server by now.
   */
  void renew(String why) {
    context.execute(
        () -> {
          if (current != null && System.nanoTime() - renewedAt > MIN_AGE_NANOS) {
            renewedAt = System.nanoTime();
            current.giveUp(why);
          }
        });
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
    private boolean served;
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
      connection.exceptionHandler(failure -> giveUp(failure.getMessage()));
      connection.endHandler(v -> giveUp("closed by Redis"));
      opened.complete(connection);
    }

    void send(CommandBatch batch) {
      if (unanswered++ == 0) {
        heardAt = System.nanoTime();
      }
      opened.future().onSuccess(open -> batch.send(open, this::heard)).onFailure(batch::fail);
    }

    private void heard(boolean answered) {
      unanswered--;
      heardAt = System.nanoTime();
      if (answered) {
        served = true;
        pauseMillis = MIN_PAUSE_MILLIS;
      }
    }

    private void closeIfSilent() {
      long silence = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - heardAt);
      boolean waiting = unanswered > 0 || !opened.future().isComplete();
      if (waiting && silence > timeoutMillis) {
        giveUp("no answer within " + timeoutMillis + " ms");
      }
    }

    // A connection that worked is made again at once: the server is likely to be there.
    private void pause() {
      long pause = served ? 0 : pauseMillis;
      pausedUntil = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(pause);
      pauseMillis = served ? MIN_PAUSE_MILLIS : Math.min(pauseMillis * 2, MAX_PAUSE_MILLIS);
    }

    private void giveUp(@Nullable String why) {
      context.execute(
          () -> {
            if (over) {
              return;
            }
            over = true;
            known.clear();
            context.owner().cancelTimer(watch);
            current = null;
            if (!closed) {
              LOG.warn("store.disconnected: connection to Redis is down: {}", why);
              pause();
            }
            opened.tryFail(new SessionStoreException("no connection to Redis", null));
            // Ends the connection for good: a pooled one would only be put back.
            client.close();
          });
    }
  }
}
