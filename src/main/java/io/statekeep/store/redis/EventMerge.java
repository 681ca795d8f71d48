package io.statekeep.store.redis;

import io.statekeep.session.EventPage;
import io.statekeep.session.SessionEvent;
import io.vertx.redis.client.Response;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One page of events in the making, of as many streams as there are. Not thread-safe. */
final class EventMerge {
  private final EventPlaces places;
  private final int limit;
  private final List<SessionEvent> events = new ArrayList<>();
  private boolean gap;

  /**
   * @param from where to begin
   * @param gap whether that is not where the reader wanted to begin
   */
  EventMerge(EventPlaces from, boolean gap, int limit) {
    this.places = from;
    this.gap = gap;
    this.limit = limit;
  }

  int limit() {
    return limit;
  }

  /** How far each stream has been read. */
  EventPlaces places() {
    return places;
  }

  EventPage page() {
    return new EventPage(events, places.cursor(), gap);
  }

  /**
   * Takes what is at the places now.
   *
   * @param pages of each stream, the last one that was read included
   * @param wanted how many were asked for: a page of fewer is the last
   * @return false if there may be more, and the page has room
   */
  boolean take(List<Response> pages, int wanted) {
    List<Deque<EventEntry>> streams = new ArrayList<>();
    boolean again = false;
    for (int i = 0; i < pages.size(); i++) {
      Deque<EventEntry> entries = entries(i, pages.get(i));
      again |= entries == null;
      streams.add(entries == null ? new ArrayDeque<>() : entries);
    }
    if (again) {
      return false;
    }
    while (events.size() < limit) {
      int next = earliest(streams);
      if (next < 0) {
        return true;
      }
      Deque<EventEntry> stream = streams.get(next);
      EventEntry entry = stream.remove();
      places.set(next, entry.number());
      events.add(entry.event(places.cursor()));
      if (stream.isEmpty() && pages.get(next).size() == wanted && events.size() < limit) {
        // What comes next in this stream may be earlier than what the others have.
        return false;
      }
    }
    return true;
  }

  /** What a stream has after its place; null if that is no place of it, and all is to be read. */
  private @Nullable Deque<EventEntry> entries(int stream, Response page) {
    Deque<EventEntry> entries = new ArrayDeque<>();
    page.forEach(entry -> entries.add(EventEntry.of(entry)));
    long place = places.number(stream);
    EventEntry first = entries.peek();
    if (first == null) {
      gap |= place != 0;
      places.set(stream, 0);
      return place == 0 ? entries : null;
    }
    if (first.number() == place) {
      entries.remove();
    } else {
      boolean follows = place == 0 ? first.isFirst() : first.number() == place + 1;
      gap |= !follows || (place != 0 && first.isFirst());
    }
    return entries;
  }

  private static int earliest(List<Deque<EventEntry>> streams) {
    int earliest = -1;
    long micros = Long.MAX_VALUE;
    for (int i = 0; i < streams.size(); i++) {
      EventEntry head = streams.get(i).peek();
      if (head != null && (earliest < 0 || head.micros() < micros)) {
        earliest = i;
        micros = head.micros();
      }
    }
    return earliest;
  }
}
