package io.statekeep.session;

import org.jspecify.annotations.Nullable;

/**
 * A new session.
 *
 * @param record the session; the caller checks the limits of its size
 * @param repeat makes the creation safe to repeat, or null
 */
public record Creation(SessionRecord record, @Nullable Repeat repeat) {
  /** A session that is created once, whatever was created before. */
  public static Creation of(SessionRecord record) {
    return new Creation(record, null);
  }
}
