package io.statekeep.store.redis;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.redis.client.Response;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One event loop's connection: the commands of one turn of the loop are written at once, and
 * answered in order. Lost, it is made again, with a pause that grows to a fifth of a second; silent
 * for longer than the deadline, it is closed, so that no late answer can meet another question.
 */
final class RedisLink {
  private static final String NO_CONNECTION = "no connection to Redis";
  private static final Logger LOG = LoggerFactory.getLogger(RedisLink.class);
  private static final long MIN_PAUSE_MILLIS = 20;
  private static final long MAX_PAUSE_MILLIS = 200;
  private static final long MIN_AGE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final VertxInternal vertx;
  private final ContextInternal context;
  private final RedisNet net;
  private final Locator where;

  private final Set<Script> known = ConcurrentHashMap.newKeySet();

  // All below is touched on the link's event loop only.
  private CommandBatch next = new CommandBatch();
  private @Nullable Attempt current;
  private long pauseMillis = MIN_PAUSE_MILLIS;
  private long pausedUntil = System.nanoTime();
  private long renewedAt = System.nanoTime() - MIN_AGE_NANOS;
  private String downBecause = "";
  private boolean closed;

  /**
   * @param context of the event loop
   * @param where the server is; asked for each connection
   */
  RedisLink(ContextInternal context, RedisNet net, Locator where) {
    this.vertx = net.vertx();
    this.context = context;
    this.net = net;
    this.where = where;
  }

  /**
   * Sends a command; the answer comes on the caller's context.
   *
   * @return fails with a {@link RedisError} if Redis answered with one, with a {@link
   *     NotSentException} if no server has heard of the command, and with a {@link
   *     io.statekeep.session.SessionStoreException} if nobody knows what became of it
   */
  Future<Response> send(RedisCommand command) {
    Promise<Response> promise = vertx.promise();
    context.execute(() -> add(command, promise));
    return promise.future();
  }

  /** Sends a command for a slot that is about to move to the server. */
  Future<Response> sendAsking(RedisCommand command) {
    Promise<Response> promise = vertx.promise();
    context.execute(
        () -> {
          // What follows this one on the connection, and nothing else, is let in.
          add(new RedisCommand("ASKING"), context.promise());
          add(command, promise);
        });
    return promise.future();
  }

  /** Whether the server at the end of this connection was told the script's text. */
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
  private void add(RedisCommand command, Promise<Response> promise) {
    if (next.isEmpty()) {
      context.nettyEventLoop().execute(this::sendBatch);
    }
    next.add(command, promise);
  }

  private void sendBatch() {
    CommandBatch batch = next;
    next = new CommandBatch();
    if (closed) {
      batch.refuse("the store is closed");
      return;
    }
    if (current == null) {
      if (System.nanoTime() - pausedUntil < 0) {
        batch.refuse(NO_CONNECTION + downBecause);
        return;
      }
      current = new Attempt();
      current.begin();
    }
    if (current == null) {
      batch.refuse(NO_CONNECTION + downBecause);
    } else {
      current.send(batch);
    }
  }

  /** Ends the connection if nothing waits on it. It is made again if somebody sends. */
  void rest() {
    context.execute(
        () -> {
          if (current != null && current.isIdle()) {
            current.giveUp("no primary any more");
          }
        });
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
    private final long begunAt = System.nanoTime();
    private final long watch;
    private final Promise<RedisSocket> opened = context.promise();
    private boolean over;

    Attempt() {
      watch = context.setPeriodic(Math.max(1, net.timeoutMillis() / 4), id -> giveUpIfSilent());
    }

    void begin() {
      where
          .locate()
          .compose(
              server -> net.connect(context, server).onFailure(failure -> where.leadsNowhere()))
          .onComplete(
              made ->
                  context.execute(
                      () -> {
                        if (made.succeeded()) {
                          open(made.result());
                        } else {
                          giveUp(made.cause().getMessage());
                        }
                      }));
    }

    private void open(RedisSocket socket) {
      if (over) {
        socket.close();
        return;
      }
      LOG.info("store.connected: connection to Redis is up");
      opened.complete(socket);
      socket.onEnd(this::giveUp);
    }

    void send(CommandBatch batch) {
      opened
          .future()
          .onSuccess(socket -> socket.send(batch))
          .onFailure(failure -> batch.refuse(NO_CONNECTION + downBecause));
    }

    boolean isIdle() {
      RedisSocket socket = opened.future().result();
      return socket != null && socket.isIdle();
    }

    private void giveUpIfSilent() {
      RedisSocket socket = opened.future().result();
      long silence =
          socket != null
              ? socket.silentMillis()
              : TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begunAt);
      if (silence > net.timeoutMillis()) {
        giveUp("no answer within " + net.timeoutMillis() + " ms");
      }
    }

    // A connection that worked is made again at once: the server is likely to be there.
    private void pause() {
      RedisSocket socket = opened.future().result();
      boolean served = socket != null && socket.heard();
      long pause = served ? 0 : pauseMillis;
      pausedUntil = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(pause);
      pauseMillis = served ? MIN_PAUSE_MILLIS : Math.min(pauseMillis * 2, MAX_PAUSE_MILLIS);
    }

    private void giveUp(@Nullable String why) {
      if (over) {
        return;
      }
      over = true;
      known.clear();
      context.owner().cancelTimer(watch);
      current = null;
      downBecause = ": " + why;
      if (!closed) {
        LOG.warn("store.disconnected: connection to Redis is down: {}", why);
        pause();
      }
      if (!opened.tryFail(String.valueOf(why))) {
        opened.future().result().close();
      }
    }
  }
}
