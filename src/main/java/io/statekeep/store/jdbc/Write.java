package io.statekeep.store.jdbc;

import io.statekeep.session.CreateOutcome;
import io.statekeep.session.Creation;
import io.statekeep.session.EndReason;
import io.statekeep.session.Repeat;
import io.statekeep.session.Rotation;
import io.statekeep.session.SaveOutcome;
import io.statekeep.session.SessionDelta;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionRecord;
import io.vertx.core.Future;
import io.vertx.core.internal.VertxInternal;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A change on its way to the database. */
abstract sealed class Write<R> extends Lane.Call<R> {
  private int races;
  private @Nullable SessionRecord known;

  private Write(VertxInternal vertx, @Nullable SessionKey key) {
    super(vertx, key);
  }

  /** Counts a race that this change lost; answers how many there were. */
  int lostRace() {
    return ++races;
  }

  /** How many races it has lost. */
  int races() {
    return races;
  }

  /**
   * The subject that may have no room for one more session, or null. Such a write has a transaction
   * of its own: how much room there is depends on what others do.
   */
  @Nullable String crowded() {
    return null;
  }

  @Override
  boolean isAlone() {
    return super.isAlone() || crowded() != null;
  }

  /** A new session. */
  static final class Create extends Write<CreateOutcome> {
    final SessionRecord record;
    final @Nullable Repeat repeat;
    private final @Nullable String crowded;

    Create(VertxInternal vertx, Creation creation, @Nullable String crowded) {
      super(vertx, creation.record().key());
      this.record = creation.record();
      this.repeat = creation.repeat();
      this.crowded = crowded;
    }

    @Override
    @Nullable String crowded() {
      return crowded;
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
    private final @Nullable String crowded;

    Rotate(VertxInternal vertx, Rotation rotation, SessionDelta delta, @Nullable String crowded) {
      super(vertx, rotation.from());
      this.rotation = rotation;
      this.delta = delta;
      this.crowded = crowded;
    }

    @Override
    @Nullable String crowded() {
      return crowded;
    }
  }

  /** The end of one session. */
  static final class Delete extends Write<Boolean> {
    final EndReason reason;

    Delete(VertxInternal vertx, SessionKey key, EndReason reason) {
      super(vertx, key);
      this.reason = reason;
    }
  }

  /** Something of several statements that takes a transaction of its own. */
  static final class Alone<R> extends Write<R> {
    private final Function<SqlLink, Future<R>> work;

    Alone(VertxInternal vertx, Function<SqlLink, Future<R>> work) {
      super(vertx, null);
      this.work = work;
    }

    /** Does the work; the answer is to be sent after the commit. */
    Future<Runnable> run(SqlLink link) {
      return work.apply(link).map(result -> () -> succeed(result));
    }
  }

  /** Tells what this node last knew of the row. */
  void inform(@Nullable SessionRecord latest) {
    known = latest;
  }

  /**
   * The record that a change may be made on without reading the row: a guess that the update
   * checks. None after a lost race, which proved the guess wrong, and none where other sessions end
   * for this change: it must not fail then.
   */
  @Nullable SessionRecord guess(SessionDelta delta) {
    if (races > 0 || crowded() != null) {
      return null;
    }
    SessionRecord seen = delta.seen();
    if (seen == null || !seen.key().equals(key())) {
      return known;
    }
    return known == null || isNewer(seen, known) ? seen : known;
  }

  private static boolean isNewer(SessionRecord one, SessionRecord other) {
    return one.version() > other.version()
        || (one.version() == other.version()
            && one.lifetime().lastSeenAt() > other.lifetime().lastSeenAt());
  }
}
