package io.statekeep.session;

/** How a save ended. In every case but {@link Saved} nothing at all was written. */
public sealed interface SaveOutcome {
  /**
   * The delta is in the store.
   *
   * @param record the session right after this save, with all that others saved before
   * @param written false if there was nothing to write: a touch that somebody else had just made
   */
  record Saved(SessionRecord record, boolean written) implements SaveOutcome {}

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

  /** The one {@link Gone}. */
  SaveOutcome GONE = new Gone();

  /** The one {@link Conflict}. */
  SaveOutcome CONFLICT = new Conflict();

  /** The one {@link TooLarge}. */
  SaveOutcome TOO_LARGE = new TooLarge();
}
