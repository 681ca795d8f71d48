package io.statekeep.store.local;

import io.statekeep.session.EventPage;
import io.statekeep.session.SessionEvent;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The last events, a bounded number of them. Thread-safe. */
final class EventRing {
  private static final char SEPARATOR = '-';

  private final int most;
  // Part of every cursor: a place in the memory of an earlier process is none in this one.
  private final String life;
  private final ArrayDeque<SessionEvent> events = new ArrayDeque<>();
  // How many there were: the number of the last one.
  private long last;

  /**
   * @param most events to keep, at least 1
   * @param life differs from that of every other ring
   */
  EventRing(int most, long life) {
    this.most = most;
    this.life = Long.toString(life, Character.MAX_RADIX);
  }

  synchronized void add(SessionEvent event) {
    if (events.size() == most) {
      events.removeFirst();
    }
    last++;
    events.addLast(event.withCursor(cursor(last)));
  }

  synchronized EventPage page(@Nullable String after, int limit) {
    if (after == null) {
      return new EventPage(List.of(), cursor(last), false);
    }
    long oldest = last - events.size();
    long place = place(after);
    boolean gap = place < oldest || place > last;
    long from = gap ? oldest : place;
    List<SessionEvent> page = events.stream().skip(from - oldest).limit(limit).toList();
    return new EventPage(page, cursor(from + page.size()), gap);
  }

  private String cursor(long number) {
    return life + SEPARATOR + number;
  }

  /** The number of the event at the cursor, or -1 if it is none of ours. */
  private long place(String cursor) {
    String ours = life + SEPARATOR;
    String number = cursor.startsWith(ours) ? cursor.substring(ours.length()) : "";
    return number.matches("\\d{1,18}") ? Long.parseLong(number) : -1;
  }
}
