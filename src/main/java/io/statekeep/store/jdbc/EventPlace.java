package io.statekeep.store.jdbc;

import io.vertx.sqlclient.Row;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A place in the order of events.
 *
 * @param horizon 0 where {@code seq} alone orders events
 * @param seq 1 for the first event
 */
record EventPlace(long horizon, long seq) implements Comparable<EventPlace> {
  private static final Pattern CURSOR = Pattern.compile("(\\d{1,18})-(\\d{1,18})");

  /** The place of a cursor; null if no such store has written it. */
  static @Nullable EventPlace of(String cursor) {
    Matcher matcher = CURSOR.matcher(cursor);
    return matcher.matches()
        ? new EventPlace(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)))
        : null;
  }

  /** The place that two columns say. */
  static EventPlace of(Row row, int column) {
    return new EventPlace(EventRows.number(row, column), EventRows.number(row, column + 1));
  }

  String cursor() {
    return horizon + "-" + seq;
  }

  boolean isNextTo(EventPlace before) {
    return horizon == before.horizon && seq == before.seq + 1;
  }

  @Override
  public int compareTo(EventPlace other) {
    int byHorizon = Long.compare(horizon, other.horizon);
    return byHorizon != 0 ? byHorizon : Long.compare(seq, other.seq);
  }
}
