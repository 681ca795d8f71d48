package io.statekeep.store.redis;

import static io.statekeep.store.InvalidationChannel.Listener.UNKNOWN_VERSION;

import io.statekeep.session.SessionKey;
import io.statekeep.store.InvalidationChannel;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What changes in Redis, by whomever: every name of a session's key, as the primaries tell it.
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
  private final RedisServers servers;
  private final RedisCommands commands;
  private final List<Keys> keys;
  private final Rules rules;

  // All below is touched on the context's event loop only.
  private @Nullable Round current;
  private long pauseMillis = MIN_PAUSE_MILLIS;
  private @Nullable String trouble;
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
   * @param commands write the heartbeats
   * @param keys whose changes to hear of
   */
  RedisInvalidations(
      ContextInternal context,
      RedisServers servers,
      RedisCommands commands,
      List<Keys> keys,
      Rules rules) {
    this.context = context;
    this.servers = servers;
    this.commands = commands;
    this.keys = keys;
    this.rules = rules;
  }

  @Override
  public void open(Listener listener) {
    context.runOnContext(v -> begin(listener));
  }

  private void begin(Listener listener) {
    if (!closed) {
      current = new Round(listener);
      current.begin();
    }
  }

  private Future<?> write(Keys where, String heartbeat) {
    return commands.read(
        where,
        () -> new RedisCommand("SET").arg(heartbeat).arg("").arg("PX").arg(HEARTBEAT_LIFE_MILLIS));
  }

  @Override
  public Future<Void> close() {
    Promise<Void> promise = context.owner().promise();
    context.runOnContext(
        v -> {
          closed = true;
          if (current != null) {
            current.end();
          }
          promise.complete();
        });
    return promise.future();
  }

  /** Connections to all primaries, from the question who they are to the loss of one of them. */
  private final class Round {
    private final Listener listener;
    private final List<TrackingConnection> connections = new ArrayList<>();
    private final long timer;
    private Map<RedisServer, List<Keys>> holders = Map.of();
    // The primaries of this round were those that there are, at this time.
    private long rightAt;
    private boolean asking;
    private boolean connected;
    private boolean over;

    Round(Listener listener) {
      this.listener = listener;
      this.timer = context.setPeriodic(rules.heartbeatMillis(), id -> look());
    }

    void begin() {
      servers
          .holders(keys)
          .onComplete(
              told ->
                  context.runOnContext(
                      v -> {
                        if (!over) {
                          listen(told);
                        }
                      }));
    }

    private void listen(AsyncResult<Holders> told) {
      if (told.failed()) {
        lose(String.valueOf(told.cause().getMessage()));
        return;
      }
      if (told.result().missing()) {
        lose("there are slots without a primary");
        return;
      }
      holders = told.result().keys();
      rightAt = told.result().asOfNanos();
      holders.forEach(this::listen);
    }

    private void listen(RedisServer server, List<Keys> held) {
      if (!over) {
        TrackingConnection.Names names =
            new TrackingConnection.Names(
                held,
                RedisInvalidations.this::write,
                rules.maxStaleMillis(),
                rules.timeoutMillis());
        TrackingConnection connection =
            new TrackingConnection(context, names, new Told(this, held));
        connections.add(connection);
        connection.connect(servers.net(), server);
      }
    }

    private void look() {
      // Whoever is lost ends the round, and with it the list.
      List.copyOf(connections).forEach(TrackingConnection::beat);
      if (!asking && !over && !connections.isEmpty()) {
        asking = true;
        servers.holders(keys).onComplete(told -> context.runOnContext(v -> compare(told)));
      }
    }

    // Changes on a server that nobody here listens to would go untold.
    private void compare(AsyncResult<Holders> told) {
      asking = false;
      if (over || told.failed()) {
        return;
      }
      if (told.result().missing() || !told.result().keys().equals(holders)) {
        lose("keys have moved");
      } else {
        rightAt = told.result().asOfNanos();
        heard();
      }
    }

    void heard() {
      long heardAt = rightAt;
      for (TrackingConnection connection : connections) {
        if (!connection.hasHeard()) {
          return;
        }
        heardAt = connection.heardAt() - heardAt < 0 ? connection.heardAt() : heardAt;
      }
      if (!connected) {
        connected = true;
        pauseMillis = MIN_PAUSE_MILLIS;
        trouble = null;
        LOG.info("invalidation.connected: Redis tells what changes");
        listener.connected();
      }
      listener.heard(heardAt);
    }

    void end() {
      over = true;
      context.owner().cancelTimer(timer);
      connections.forEach(TrackingConnection::close);
    }

    void lose(String why) {
      if (over) {
        return;
      }
      end();
      if (connected) {
        listener.lost();
      }
      // Again and again for as long as it lasts: said once.
      if (!why.equals(trouble)) {
        LOG.warn("invalidation.disconnected: Redis does not tell what changes: {}", why);
        trouble = why;
      }
      context.setTimer(pauseMillis, id -> RedisInvalidations.this.begin(listener));
      pauseMillis = Math.min(pauseMillis * 2, MAX_PAUSE_MILLIS);
    }
  }

  /** What one primary tells. */
  private record Told(Round round, List<Keys> held) implements TrackingConnection.Listener {
    @Override
    public void changed(String name) {
      for (Keys keys : held) {
        if (name.startsWith(keys.sessions())) {
          SessionKey key = new SessionKey(name.substring(keys.sessions().length()));
          round.listener.changed(key, UNKNOWN_VERSION);
          return;
        }
      }
    }

    @Override
    public void allChanged() {
      round.listener.allChanged();
    }

    @Override
    public void heard() {
      round.heard();
    }

    @Override
    public void lost(String why) {
      round.lose(why);
    }
  }
}
