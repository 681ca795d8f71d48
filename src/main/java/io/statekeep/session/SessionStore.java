package io.statekeep.session;

import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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
   * Stores a new session, unless the creation is a repeat, the subject is at its limit or the key
   * is taken.
   */
  Future<CreateOutcome> create(Creation creation);

  /** Applies the delta to a live session. */
  Future<SaveOutcome> save(SessionKey key, SessionDelta delta);

  /**
   * Applies the delta and moves the session to its new key, unless its new subject is at its limit.
   */
  Future<SaveOutcome> rotate(Rotation rotation, SessionDelta delta);

  /** Ends the session; false if there was no live one. */
  Future<Boolean> delete(SessionKey key, EndReason reason);

  /** Live sessions, newest first. */
  Future<Page> list(Query query);

  /**
   * Revokes all sessions of the subject, except one that may be named; answers the keys that were
   * live. A session of the subject that was acknowledged before this call is ended by it.
   */
  Future<Set<SessionKey>> deleteBySubject(String subject, Optional<SessionKey> except);

  /**
   * Frees what is over: expired sessions, remembered creations and events, at most {@code limit} of
   * each. Tells of each expired session once, whatever the number of nodes; changes nothing else
   * that any other verb shows.
   *
   * @return how many of one kind were looked at, at most; fewer than the limit means that there is
   *     no more to do now
   */
  Future<Integer> purgeExpired(int limit);

  /**
   * What happened to sessions on all nodes, in the order in which it took effect. Every creation,
   * rotation and end is recorded in the step that carries it out: none is lost, none is told that
   * did not happen. Whoever goes on from the cursor of each page gets every event that the store
   * still has, at least once.
   *
   * @param after the cursor of an event or a page; null answers no events, and where those of the
   *     future begin
   * @param limit events, at most, at least 1
   */
  Future<EventPage> events(@Nullable String after, int limit);

  /** Records what no other verb does: tokens that were {@link SessionEvent.Type#REJECTED}. */
  Future<Void> append(List<SessionEvent> rejections);

  /** Whether the backend can answer now; fails if it cannot. */
  Future<Void> ping();

  /** Frees connections and timers. No call may follow. */
  Future<Void> close();
}
