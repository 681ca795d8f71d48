package io.statekeep.session;

import org.jspecify.annotations.Nullable;

/**
 * A new session.
 *
 * @param record the session; the caller checks the limits of its size
 * @param repeat makes the creation safe to repeat, or null
 */
public record Creation(SessionRecord record, @Nullable Repeat repeat) {

  /**
   * @throws IllegalArgumentException if the session is in another partition than its repeat: no
   *     store could keep both in one step
   */
  public Creation {
    if (repeat != null && repeat.partition() != record.key().partition()) {
      throw new IllegalArgumentException("a repeat in another partition than its session");
    }
  }

  /** A session that is created once, whatever was created before. */
  public static Creation of(SessionRecord record) {
    return new Creation(record, null);
  }
}
