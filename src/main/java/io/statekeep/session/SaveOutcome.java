package io.statekeep.session;

import java.util.Set;

/** How a save ended. In every case but {@link Saved} nothing at all was written. */
public sealed interface SaveOutcome {
  /**
   * The delta is in the store.
   *
   * @param record the session right after this save, with all that others saved before
   * @param written false if there was nothing to write: a touch that somebody else had just made
   * @param ended the oldest sessions of the new subject, which made room for this one at a rotation
   */
  record Saved(SessionRecord record, boolean written, Set<SessionKey> ended)
      implements SaveOutcome {
    /** A save that ended no other session. */
    public Saved(SessionRecord record, boolean written) {
      this(record, written, Set.of());
    }
  }

  /** There is no live session under the key. A save never brings one back. */
  record Gone() implements SaveOutcome {}

  /** The session has another version than {@link SessionDelta#ifVersion()} asked for. */
  record Conflict() implements SaveOutcome {}

  /**
   * An increment met a value that is not a whole number of 64 bits, or would leave them.
   *
   * @param attribute its name
   */
  record NotANumber(String attribute) implements SaveOutcome {}

  /** The session would be over a limit of the {@link SessionPolicy}. */
  record TooLarge() implements SaveOutcome {}

  /**
   * The subject of a rotation has as many sessions as the {@link SessionPolicy} allows; the session
   * stays what and where it was.
   */
  record AtLimit() implements SaveOutcome {}

  /** The one {@link Gone}. */
  SaveOutcome GONE = new Gone();

  /** The one {@link Conflict}. */
  SaveOutcome CONFLICT = new Conflict();

  /** The one {@link TooLarge}. */
  SaveOutcome TOO_LARGE = new TooLarge();

  /** The one {@link AtLimit}. */
  SaveOutcome AT_LIMIT = new AtLimit();
}
