package io.statekeep.session;

import java.util.Set;

/** How a creation ended. In every case but {@link Created} nothing at all was written. */
public sealed interface CreateOutcome {
  /**
   * The session is in the store.
   *
   * @param ended the subject's oldest sessions, which made room for it
   */
  record Created(Set<SessionKey> ended) implements CreateOutcome {}

  /** Some session has, or had, this key. */
  record Taken() implements CreateOutcome {}

  /** The subject has as many sessions as the {@link SessionPolicy} allows. */
  record AtLimit() implements CreateOutcome {}

  /**
   * The {@link Repeat#key} was used before.
   *
   * @param session the session that was created then; it may have ended since, and stays ended
   * @param fingerprint of that creation
   * @param salt of that creation
   */
  record Repeated(SessionKey session, String fingerprint, String salt) implements CreateOutcome {}

  /** A creation that ended no other session. */
  CreateOutcome CREATED = new Created(Set.of());

  /** The one {@link Taken}. */
  CreateOutcome TAKEN = new Taken();

  /** The one {@link AtLimit}. */
  CreateOutcome AT_LIMIT = new AtLimit();
}
