package io.statekeep.store.redis;

import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One connection on which a server pushes the names of all keys that change: {@code CLIENT
 * TRACKING} in broadcast mode. A heartbeat is a key of the connection's own, written by another
 * connection: when its name comes, so has every name before it. From the attempt to connect to the
 * end; on one event loop.
 *
 * <p>No command waits for its answer once tracking is on: the client takes a push for the answer.
 */
final class TrackingConnection {
  private final ContextInternal context;
  private final Redis client;
  private final Names names;
  private final Listener listener;
  private final long timer;
  private final long startedAt = System.nanoTime();

  private @Nullable String heartbeats;
  private long count;
  // The heartbeat under way; null if there is none.
  private @Nullable String awaited;
  private long sentAt;
  // Up to here every name has come; the start, before any has.
  private long heardAt = startedAt;
  private boolean connected;
  private boolean over;

  /**
   * What to listen for, and how often to look whether it is still heard.
   *
   * @param prefixes of the keys, none a prefix of another
   * @param heartbeats prefix of the heartbeats of all connections
   * @param write writes a key that the server forgets soon, over another connection
   * @param maxSilenceMillis how long the connection may go without a heartbeat, in milliseconds
   * @param timeoutMillis how long it may take to be made, if that is longer
   * @param periodMillis of the heartbeat
   */
  record Names(
      List<String> prefixes,
      String heartbeats,
      Function<String, Future<?>> write,
      long maxSilenceMillis,
      long timeoutMillis,
      long periodMillis) {}

  /** Who is told, on the connection's event loop. */
  interface Listener {
    void connected();

    void changed(String key);

    void allChanged();

    void heard(long nanos);

    /** The connection is over. */
    void lost(String why);
  }

  TrackingConnection(ContextInternal context, Redis client, Names names, Listener listener) {
    this.context = context;
    this.client = client;
    this.names = names;
    this.listener = listener;
    this.timer = context.setPeriodic(names.periodMillis(), id -> beat());
    client
        .connect()
        .compose(this::track)
        .onSuccess(connection -> beat())
        .onFailure(failure -> giveUp(String.valueOf(failure.getMessage())));
  }

  private Future<RedisConnection> track(RedisConnection connection) {
    if (over) {
      return Future.failedFuture("given up");
    }
    connection.handler(this::pushed);
    connection.exceptionHandler(failure -> giveUp(String.valueOf(failure.getMessage())));
    connection.endHandler(v -> giveUp("closed by Redis"));
    return connection
        .send(Request.cmd(Command.CLIENT).arg("ID"))
        .compose(
            id -> {
              String own = names.heartbeats() + id + ":";
              Request request = Request.cmd(Command.CLIENT).arg("TRACKING").arg("ON").arg("BCAST");
              names.prefixes().forEach(prefix -> request.arg("PREFIX").arg(prefix));
              return connection
                  .send(request.arg("PREFIX").arg(own))
                  .onSuccess(ok -> heartbeats = own);
            })
        .map(connection);
  }

  private void beat() {
    if (over) {
      return;
    }
    long silence = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - heardAt);
    long most = names.maxSilenceMillis();
    if (silence > (connected ? most : Math.max(most, names.timeoutMillis()))) {
      giveUp("nothing heard for " + silence + " ms");
    } else if (heartbeats != null && awaited == null) {
      // One at a time, each with a name of its own: what comes late is not taken for a later one.
      String name = heartbeats + ++count;
      awaited = name;
      sentAt = System.nanoTime();
      names
          .write()
          .apply(name)
          .onFailure(
              failure -> {
                if (name.equals(awaited)) {
                  awaited = null;
                }
              });
    }
  }

  private void pushed(Response push) {
    if (over || push.size() < 2 || !"invalidate".equals(push.get(0).toString())) {
      return;
    }
    Response keys = push.get(1);
    if (keys == null) {
      // The server has been emptied.
      listener.allChanged();
      return;
    }
    boolean beaten = false;
    for (Response key : keys) {
      String name = key.toString();
      if (name.equals(awaited)) {
        beaten = true;
      } else {
        listener.changed(name);
      }
    }
    if (beaten) {
      heard();
    }
  }

  private void heard() {
    awaited = null;
    heardAt = sentAt;
    if (!connected) {
      connected = true;
      listener.connected();
    }
    listener.heard(heardAt);
  }

  void close() {
    giveUp("closed");
  }

  private void giveUp(String why) {
    if (over) {
      return;
    }
    over = true;
    context.owner().cancelTimer(timer);
    client.close();
    listener.lost(why);
  }
}
