package io.statekeep.session;

import java.util.Optional;

/**
 * What a request that speaks for a session found.
 *
 * @param record the live session, if there is one
 * @param touched whether the activity was recorded in the same step; if not, it may still be due
 */
public record Visit(Optional<SessionRecord> record, boolean touched) {
  /** A visit that recorded nothing. */
  public static Visit read(Optional<SessionRecord> record) {
    return new Visit(record, false);
  }
}
