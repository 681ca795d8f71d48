package io.statekeep.store.jdbc;

import io.statekeep.session.Rotation;
import io.statekeep.session.SaveOutcome;
import io.statekeep.session.SessionDelta;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionRecord;
import io.vertx.core.Future;
import io.vertx.core.internal.VertxInternal;
import io.vertx.sqlclient.SqlConnection;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A change on its way to the database. */
abstract sealed class Write<R> extends Lane.Call<R> {
  private int races;

  private Write(VertxInternal vertx, @Nullable SessionKey key) {
    super(vertx, key);
  }

  /** Counts a race that this change lost; answers how many there were. */
  int lostRace() {
    return ++races;
  }

  /** A new session. */
  static final class Create extends Write<Boolean> {
    final SessionRecord record;

    Create(VertxInternal vertx, SessionRecord record) {
      super(vertx, record.key());
      this.record = record;
    }
  }

  /** A delta. */
  static final class Save extends Write<SaveOutcome> {
    final SessionDelta delta;

    Save(VertxInternal vertx, SessionKey key, SessionDelta delta) {
      super(vertx, key);
      this.delta = delta;
    }

    @Override
    boolean sharesRow() {
      return true;
    }
  }

  /** A delta and a move to a new key. */
  static final class Rotate extends Write<SaveOutcome> {
    final Rotation rotation;
    final SessionDelta delta;

    Rotate(VertxInternal vertx, Rotation rotation, SessionDelta delta) {
      super(vertx, rotation.from());
      this.rotation = rotation;
      this.delta = delta;
    }
  }

  /** The end of one session. */
  static final class Delete extends Write<Boolean> {
    Delete(VertxInternal vertx, SessionKey key) {
      super(vertx, key);
    }
  }

  /** Something of several statements that takes a transaction of its own. */
  static final class Alone<R> extends Write<R> {
    private final Function<SqlConnection, Future<R>> work;

    Alone(VertxInternal vertx, Function<SqlConnection, Future<R>> work) {
      super(vertx, null);
      this.work = work;
    }

    /** Does the work; the answer is to be sent after the commit. */
    Future<Runnable> run(SqlConnection connection) {
      return work.apply(connection).map(result -> () -> succeed(result));
    }
  }

  /**
   * The record that a change may be made on without reading the row: a guess that the update
   * checks. None after a lost race, which proved the guess wrong.
   */
  @Nullable SessionRecord guess(SessionDelta delta) {
    SessionRecord seen = delta.seen();
    return races == 0 && seen != null && seen.key().equals(key()) ? seen : null;
  }
}
