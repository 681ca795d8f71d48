package io.statekeep.web.api;

import io.statekeep.session.EndReason;
import io.statekeep.session.SaveOutcome;
import io.statekeep.session.Session;
import io.statekeep.session.SessionDelta;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionRecord;
import io.statekeep.session.SessionRefusedException;
import io.statekeep.session.SessionStore;
import io.statekeep.web.Problem;
import io.statekeep.web.ProblemException;
import io.vertx.core.Future;
import java.util.Optional;

/**
 * The session that a request is about. What is done by a token counts as the client's activity,
 * what is done by an id does not.
 */
sealed interface Target {
  /** The live session, whose client has thereby been active. */
  Future<SessionRecord> read();

  /** The live session as it is before a change. */
  Future<SessionRecord> look();

  /** The session after these changes. */
  Future<SessionRecord> save(SessionDelta.Builder changes);

  /** Ends it, if it lives. */
  Future<Void> end();

  /** What a request for a session is told that does not live. */
  static ProblemException notFound() {
    return Problem.of(404, "There is no such session.").exception();
  }

  /** The failure of a change, where the lack of a session is one of the path. */
  private static <T> Future<T> failed(Throwable failure) {
    boolean gone =
        failure instanceof SessionRefusedException refused
            && refused.outcome() instanceof SaveOutcome.Gone;
    return Future.failedFuture(gone ? notFound() : failure);
  }

  private static SessionRecord found(Optional<SessionRecord> record) {
    return record.orElseThrow(Target::notFound);
  }

  /** A session by its public id. */
  record ById(SessionStore store, SessionKey key) implements Target {
    @Override
    public Future<SessionRecord> read() {
      return look();
    }

    @Override
    public Future<SessionRecord> look() {
      return store.load(key).map(Target::found);
    }

    @Override
    public Future<SessionRecord> save(SessionDelta.Builder changes) {
      return store
          .save(key, changes.build())
          .compose(
              outcome ->
                  outcome instanceof SaveOutcome.Saved saved
                      ? Future.succeededFuture(saved.record())
                      : failed(new SessionRefusedException(outcome)));
    }

    @Override
    public Future<Void> end() {
      return store.delete(key, EndReason.REVOKED).mapEmpty();
    }
  }

  /** A session by the token that the request brought. */
  record ByToken(Session session) implements Target {
    @Override
    public Future<SessionRecord> read() {
      return look()
          .compose(record -> session.commit())
          // As the touch has left it.
          .compose(cookie -> look());
    }

    @Override
    public Future<SessionRecord> look() {
      return session.record().map(Target::found);
    }

    @Override
    public Future<SessionRecord> save(SessionDelta.Builder changes) {
      return session.save(changes.touch().build()).recover(Target::failed);
    }

    /** The session under a new token. */
    Future<SessionRecord> rotate(Rotate wanted) {
      return session.rotate(wanted.subject(), wanted.graceMillis()).recover(Target::failed);
    }

    @Override
    public Future<Void> end() {
      return session.isClaimed()
          ? session.end(EndReason.REVOKED).recover(Target::failed)
          : Future.failedFuture(notFound());
    }
  }
}
