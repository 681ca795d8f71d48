package io.statekeep.session;

/** What happens to one more session of a subject that has as many as it may. */
public enum OverLimit {
  /** It is refused; whoever is logged in stays so. */
  REJECT,
  /** It begins, and in the same step the subject's oldest sessions end: the last login wins. */
  END_OLDEST
}
