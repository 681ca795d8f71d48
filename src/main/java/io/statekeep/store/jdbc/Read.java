package io.statekeep.store.jdbc;

import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionRecord;
import io.vertx.core.Future;
import io.vertx.core.internal.VertxInternal;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A question on its way to the database. */
abstract sealed class Read<R> extends Lane.Call<R> {
  private boolean retried;

  private Read(VertxInternal vertx, @Nullable SessionKey key) {
    super(vertx, key);
  }

  /** One session. Those of one moment share one statement. */
  static final class OfSession extends Read<Optional<SessionRecord>> {
    OfSession(VertxInternal vertx, SessionKey key) {
      super(vertx, key);
    }

    @Override
    boolean sharesRow() {
      return true;
    }
  }

  /** A statement of its own. */
  static final class Alone<R> extends Read<R> {
    private final Function<SqlLink, Future<R>> work;

    Alone(VertxInternal vertx, Function<SqlLink, Future<R>> work) {
      super(vertx, null);
      this.work = work;
    }

    private Future<Void> run(SqlLink link) {
      return work.apply(link).onSuccess(this::succeed).mapEmpty();
    }
  }

  /**
   * Carries out reads.
   *
   * @param retry takes reads back whose connection was lost: reading twice does no harm
   */
  static Lane.Runner<Read<?>> runner(InstantSource clock, Consumer<Read<?>> retry) {
    return (link, batch) ->
        run(link, batch, clock)
            .onFailure(failure -> batch.forEach(read -> read.retryOrFail(failure, retry)));
  }

  private static Future<Void> run(SqlLink link, List<Read<?>> batch, InstantSource clock) {
    if (batch.get(0) instanceof Alone<?> alone) {
      return alone.run(link);
    }
    Set<SessionKey> keys = new HashSet<>();
    batch.forEach(read -> keys.add(read.key()));
    return Loads.read(link, keys).onSuccess(loads -> answer(batch, loads, clock)).mapEmpty();
  }

  private static void answer(List<Read<?>> batch, Loads loads, InstantSource clock) {
    long now = clock.millis();
    for (Read<?> read : batch) {
      if (read instanceof OfSession session) {
        session.succeed(Optional.ofNullable(loads.live(session.key(), now)));
      }
    }
  }

  private void retryOrFail(Throwable failure, Consumer<Read<?>> retry) {
    if (SqlErrors.isConnectionLost(failure) && !retried) {
      retried = true;
      retry.accept(this);
    } else {
      fail(SqlErrors.unavailable(failure));
    }
  }
}
