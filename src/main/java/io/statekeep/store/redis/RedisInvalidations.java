package io.statekeep.store.redis;

import static io.statekeep.store.InvalidationChannel.Listener.UNKNOWN_VERSION;

import io.statekeep.session.SessionKey;
import io.statekeep.store.InvalidationChannel;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What changes in Redis, by whomever: every name of a session's key, as the server tells it.
 *
 * <p>A server cannot tell who made a change: a node hears of its own, too.
 */
final class RedisInvalidations implements InvalidationChannel {
  private static final Logger LOG = LoggerFactory.getLogger(RedisInvalidations.class);
  private static final long MIN_PAUSE_MILLIS = 20;
  private static final long MAX_PAUSE_MILLIS = 1000;
  private static final long MAX_HEARTBEAT_MILLIS = 1000;
  // Long enough for the heartbeat to be told, short enough to leave no heap of them.
  private static final long HEARTBEAT_LIFE_MILLIS = 1000;

  private final ContextInternal context;
  private final Supplier<Future<Redis>> clients;
  private final RedisCommands commands;
  private final Keys keys;
  private final Rules rules;

  // All below is touched on the context's event loop only.
  private @Nullable TrackingConnection current;
  private long pauseMillis = MIN_PAUSE_MILLIS;
  private boolean closed;

  /**
   * The bounds.
   *
   * @param maxStaleMillis how long the channel may go unheard, in milliseconds
   * @param timeoutMillis how long a connection may take to be made, in milliseconds
   * @param heartbeatMillis how often to look whether the channel is heard, in milliseconds
   */
  record Rules(long maxStaleMillis, long timeoutMillis, long heartbeatMillis) {
    static Rules of(Duration maxStale, long timeoutMillis) {
      long millis = maxStale.toMillis();
      return new Rules(
          millis, timeoutMillis, Math.max(1, Math.min(millis / 4, MAX_HEARTBEAT_MILLIS)));
    }
  }

  /**
   * @param clients makes a client for one connection to the server of now, of RESP3
   * @param commands write the heartbeats
   */
  RedisInvalidations(
      ContextInternal context,
      Supplier<Future<Redis>> clients,
      RedisCommands commands,
      Keys keys,
      Rules rules) {
    this.context = context;
    this.clients = clients;
    this.commands = commands;
    this.keys = keys;
    this.rules = rules;
  }

  @Override
  public void open(Listener listener) {
    context.runOnContext(v -> connect(listener));
  }

  private void connect(Listener listener) {
    Tracked tracked = new Tracked(listener);
    clients
        .get()
        .onComplete(
            found ->
                context.runOnContext(
                    v -> {
                      if (found.succeeded()) {
                        connect(found.result(), tracked);
                      } else {
                        tracked.lost(String.valueOf(found.cause().getMessage()));
                      }
                    }));
  }

  private void connect(Redis client, Tracked tracked) {
    if (closed) {
      client.close();
    } else {
      TrackingConnection.Names names =
          new TrackingConnection.Names(
              List.of(keys.sessions()),
              keys.heartbeats(),
              this::write,
              rules.maxStaleMillis(),
              rules.timeoutMillis(),
              rules.heartbeatMillis());
      current = new TrackingConnection(context, client, names, tracked);
    }
  }

  private Future<?> write(String heartbeat) {
    return commands.read(
        keys,
        () -> Request.cmd(Command.SET).arg(heartbeat).arg("").arg("PX").arg(HEARTBEAT_LIFE_MILLIS));
  }

  @Override
  public Future<Void> close() {
    Promise<Void> promise = context.owner().promise();
    context.runOnContext(
        v -> {
          closed = true;
          if (current != null) {
            current.close();
          }
          promise.complete();
        });
    return promise.future();
  }

  private final class Tracked implements TrackingConnection.Listener {
    private final Listener listener;

    Tracked(Listener listener) {
      this.listener = listener;
    }

    @Override
    public void connected() {
      LOG.info("invalidation.connected: Redis tells what changes");
      pauseMillis = MIN_PAUSE_MILLIS;
      listener.connected();
    }

    @Override
    public void changed(String key) {
      if (key.startsWith(keys.sessions())) {
        listener.changed(new SessionKey(key.substring(keys.sessions().length())), UNKNOWN_VERSION);
      }
    }

    @Override
    public void allChanged() {
      listener.allChanged();
    }

    @Override
    public void heard(long nanos) {
      listener.heard(nanos);
    }

    @Override
    public void lost(String why) {
      if (closed) {
        return;
      }
      listener.lost();
      LOG.warn("invalidation.disconnected: Redis does not tell what changes: {}", why);
      context.setTimer(pauseMillis, id -> connect(listener));
      pauseMillis = Math.min(pauseMillis * 2, MAX_PAUSE_MILLIS);
    }
  }
}
