package io.statekeep.session;

/** Why somebody ends a live session. */
public enum EndReason {
  /** Its own user did. */
  LOGOUT,
  /** Somebody else did, or a rule. */
  REVOKED;

  /** The same in an event. */
  public SessionEvent.Reason asReason() {
    return this == LOGOUT ? SessionEvent.Reason.LOGOUT : SessionEvent.Reason.REVOKED;
  }
}
