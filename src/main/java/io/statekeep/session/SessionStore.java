package io.statekeep.session;

import io.vertx.core.Future;
import java.util.Optional;
import java.util.Set;

/**
 * Where session records live. Expected outcomes are values; a failed future always is a {@link
 * SessionStoreException}: the backend could not answer, which never means that a session is absent.
 * A failed write may or may not have happened.
 *
 * <p>Every verb is one atomic step against all others on the same session, from any node. What was
 * acknowledged is seen by every later call. A session that was deleted or has expired never comes
 * back. Thread-safe; a future completes on the caller's context.
 */
public interface SessionStore {
  /** The live session under the key; an unknown or expired one is empty. Never writes. */
  Future<Optional<SessionRecord>> load(SessionKey key);

  /**
   * The live session under the key, for a request that counts as activity. A store that can record
   * that in the same step does so if it is due ({@link Lifetime#touchDue}); for the others a {@link
   * SessionDelta#TOUCH} follows.
   */
  default Future<Visit> visit(SessionKey key) {
    return load(key).map(Visit::read);
  }

  /**
   * Stores a new session; false, and nothing written, if the key is taken. The caller checks the
   * limits of the policy.
   */
  Future<Boolean> create(SessionRecord record);

  /** Applies the delta to a live session. */
  Future<SaveOutcome> save(SessionKey key, SessionDelta delta);

  /** Applies the delta and moves the session to its new key. */
  Future<SaveOutcome> rotate(Rotation rotation, SessionDelta delta);

  /** Ends the session; false if there was no live one. */
  Future<Boolean> delete(SessionKey key);

  /** Live sessions, newest first. */
  Future<Page> list(Query query);

  /**
   * Ends all sessions of the subject, except one that may be named; answers the keys that were
   * live. A session of the subject that was acknowledged before this call is ended by it.
   */
  Future<Set<SessionKey>> deleteBySubject(String subject, Optional<SessionKey> except);

  /**
   * Frees what expired sessions hold, at most {@code limit} of them. Changes nothing that any other
   * verb shows.
   *
   * @return how many were looked at; fewer than the limit means that there is no more to do now
   */
  Future<Integer> purgeExpired(int limit);

  /** Whether the backend can answer now; fails if it cannot. */
  Future<Void> ping();

  /** Frees connections and timers. No call may follow. */
  Future<Void> close();
}
