package io.statekeep.store.redis;

import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import io.vertx.redis.client.Response;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * One connection on which a server pushes the names of the keys that change: {@code CLIENT
 * TRACKING} in broadcast mode. A heartbeat is a key of the connection's own, written by another
 * connection: when its name comes, so has every name before it. From the attempt to connect to the
 * end; on one event loop.
 */
final class TrackingConnection {
  private final ContextInternal context;
  private final Names names;
  private final Listener listener;
  private final long startedAt = System.nanoTime();

  private @Nullable RedisSocket socket;
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
   * What to listen for.
   *
   * @param keys all of which the server holds
   * @param write writes a key that the server forgets soon, over another connection
   * @param maxSilenceMillis how long the connection may go without a heartbeat, in milliseconds
   * @param timeoutMillis how long it may take to be made, if that is longer
   */
  record Names(
      List<Keys> keys,
      BiFunction<Keys, String, Future<?>> write,
      long maxSilenceMillis,
      long timeoutMillis) {}

  /** Who is told, on the connection's event loop. */
  interface Listener {
    void changed(String key);

    void allChanged();

    /** {@link #heardAt} has moved on. */
    void heard();

    /** The connection is over; not told to the one who closed it. */
    void lost(String why);
  }

  TrackingConnection(ContextInternal context, Names names, Listener listener) {
    this.context = context;
    this.names = names;
    this.listener = listener;
  }

  void connect(RedisNet net, RedisServer server) {
    net.connect(context, server)
        .compose(this::track)
        .onSuccess(tracked -> beat())
        .onFailure(failure -> giveUp(String.valueOf(failure.getMessage())));
  }

  private Future<Response> track(RedisSocket made) {
    if (over) {
      made.close();
      return Future.failedFuture(new NotSentException("given up"));
    }
    socket = made;
    made.onPush(this::pushed);
    made.onEnd(this::giveUp);
    return made.send(context, new RedisCommand("HELLO").arg("3"))
        .compose(hello -> made.send(context, new RedisCommand("CLIENT").arg("ID")))
        .compose(
            id -> {
              heartbeats = names.keys().get(0).heartbeats() + id + ":";
              RedisCommand command =
                  new RedisCommand("CLIENT").arg("TRACKING").arg("ON").arg("BCAST");
              names.keys().forEach(keys -> command.arg("PREFIX").arg(keys.sessions()));
              return made.send(context, command.arg("PREFIX").arg(heartbeats));
            })
        .onSuccess(on -> connected = true);
  }

  /** Looks whether the server is still heard; to be called now and then. */
  void beat() {
    if (over) {
      return;
    }
    long silence = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - heardAt);
    long most = names.maxSilenceMillis();
    if (!hasHeard()) {
      most = Math.max(most, names.timeoutMillis());
    }
    if (silence > most) {
      giveUp("nothing heard within " + most + " ms");
    } else if (connected && awaited == null) {
      // One at a time, each with a name of its own: what comes late is not taken for a later one.
      String name = heartbeats + ++count;
      awaited = name;
      sentAt = System.nanoTime();
      names
          .write()
          .apply(names.keys().get(0), name)
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
    Response changed = push.get(1);
    if (changed == null) {
      // The server has been emptied.
      listener.allChanged();
      return;
    }
    boolean beaten = false;
    for (Response key : changed) {
      String name = key.toString();
      if (name.equals(awaited)) {
        beaten = true;
      } else {
        listener.changed(name);
      }
    }
    if (beaten) {
      awaited = null;
      heardAt = sentAt;
      listener.heard();
    }
  }

  /** Whether a heartbeat has come. */
  boolean hasHeard() {
    return heardAt != startedAt;
  }

  /** Every name that changed before this has come, if any heartbeat has. */
  long heardAt() {
    return heardAt;
  }

  void close() {
    over = true;
    if (socket != null) {
      socket.close();
    }
  }

  private void giveUp(String why) {
    if (!over) {
      close();
      listener.lost(why);
    }
  }
}
