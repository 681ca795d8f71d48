package io.statekeep.session;

/** The store refused what a request wanted of its session; nothing was written. */
public final class SessionRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient SaveOutcome outcome;

  /**
   * @param outcome anything but {@link SaveOutcome.Saved}
   */
  public SessionRefusedException(SaveOutcome outcome) {
    super("session change refused: " + outcome);
    this.outcome = outcome;
  }

  /**
   * Why. {@link SaveOutcome.Gone} means that there is no live session, or that it ended while it
   * was in use.
   */
  public SaveOutcome outcome() {
    return outcome;
  }
}
