package io.statekeep.store.jdbc;

import io.statekeep.store.InvalidationChannel;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What changes in PostgreSQL, by whomever: triggers tell of every change in its own transaction,
 * one by hand included. A touch is not told. Thread-safe.
 *
 * <p>It listens on a connection of its own, which has to be one with the server itself: behind a
 * connection pooler the channel stays down.
 */
public final class PostgresInvalidations implements InvalidationChannel {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresInvalidations.class);
  private static final long MIN_PAUSE_MILLIS = 20;
  private static final long MAX_PAUSE_MILLIS = 1000;

  private final ContextInternal context;
  private final PgAddress address;
  private final ListeningConnection.Bounds bounds;

  // All below is touched on the context's event loop only.
  private @Nullable ListeningConnection current;
  private int host;
  private long pauseMillis = MIN_PAUSE_MILLIS;
  private @Nullable String trouble;
  private boolean closed;

  /**
   * @param timeoutMillis how long a connection, or an answer, may take, in milliseconds
   * @param maxStaleMillis how long the channel may go unheard, in milliseconds
   * @throws IllegalArgumentException if the address asks for what the channel cannot do: see {@link
   *     #refusal}
   */
  public PostgresInvalidations(
      Vertx vertx, JdbcAddress address, long timeoutMillis, long maxStaleMillis) {
    this(vertx, address, ListeningConnection.Bounds.of(timeoutMillis, maxStaleMillis));
  }

  PostgresInvalidations(Vertx vertx, JdbcAddress address, ListeningConnection.Bounds bounds) {
    refusal(address)
        .ifPresent(
            why -> {
              throw new IllegalArgumentException(why);
            });
    this.context = ((VertxInternal) vertx).createEventLoopContext();
    this.address = PgAddress.of(address);
    this.bounds = bounds;
  }

  /**
   * Why there can be no channel to this database; empty if there can. Names parameters of the URL,
   * not their values.
   */
  public static Optional<String> refusal(JdbcAddress address) {
    if (address.dialect() != Dialect.POSTGRESQL) {
      return Optional.of("the database does not tell what changes");
    }
    PgAddress read = PgAddress.of(address);
    return read.refused().isEmpty()
        ? Optional.empty()
        : Optional.of(
            "the channel cannot connect as the URL asks: " + String.join(", ", read.refused()));
  }

  @Override
  public void open(Listener listener) {
    context.runOnContext(v -> connect(listener));
  }

  private void connect(Listener listener) {
    if (!closed) {
      current =
          new ListeningConnection(
              context, address.hosts().get(host), bounds, listener, new Reconnecting(listener));
    }
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

  private final class Reconnecting implements ListeningConnection.Owner {
    private final Listener listener;

    Reconnecting(Listener listener) {
      this.listener = listener;
    }

    @Override
    public void up() {
      LOG.info("invalidation.connected: PostgreSQL tells what changes");
      trouble = null;
      pauseMillis = MIN_PAUSE_MILLIS;
    }

    @Override
    public void over(boolean wasUp, String why) {
      if (wasUp) {
        listener.lost();
      }
      // Again and again for as long as it lasts: said once.
      if (!why.equals(trouble)) {
        LOG.warn("invalidation.disconnected: PostgreSQL does not tell what changes: {}", why);
        trouble = why;
      }
      host = wasUp ? 0 : (host + 1) % address.hosts().size();
      if (host > 0) {
        context.runOnContext(v -> connect(listener));
      } else {
        context.setTimer(pauseMillis, id -> connect(listener));
        pauseMillis = Math.min(pauseMillis * 2, MAX_PAUSE_MILLIS);
      }
    }
  }
}
