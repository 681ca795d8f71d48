package io.statekeep.store.jdbc;

import io.statekeep.session.SessionPolicy;
import io.statekeep.session.SessionRecord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the changes of one transaction are decided on, beside their rows.
 *
 * @param policy of sessions
 * @param now in milliseconds since the epoch
 * @param repeats what is remembered, as far as it was asked for
 * @param leaving the sessions that end for the one write whose subject is crowded; null if it is to
 *     be refused
 */
record Premises(
    SessionPolicy policy, long now, Repeats repeats, @Nullable List<SessionRecord> leaving) {
  /** The same at this moment. */
  Premises at(long moment) {
    return new Premises(policy, moment, repeats, leaving);
  }
}
