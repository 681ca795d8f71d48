package io.statekeep.store.redis;

import io.statekeep.session.EventPage;
import io.statekeep.session.SessionEvent;
import io.statekeep.session.SessionEvent.Reason;
import io.statekeep.session.SessionKey;
import io.vertx.core.Future;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The stream of events; {@code common.lua} says what is in an entry. A cursor is an entry's place
 * in the stream and its number: where the next number is missing, entries were dropped.
 */
final class EventStream {
  private static final Pattern CURSOR = Pattern.compile("(\\d{1,15})-(\\d{1,15})-(\\d{1,15})");
  private static final Place BEGINNING = new Place(0, 0, 0);

  private final RedisLinks links;
  private final String key;
  private final int most;

  /**
   * @param most events to keep, more or less
   */
  EventStream(RedisLinks links, String key, int most) {
    this.links = links;
    this.key = key;
    this.most = most;
  }

  /** An entry of the stream, and its number. */
  private record Place(long millis, long sequence, long number) {
    static @Nullable Place of(String cursor) {
      Matcher matcher = CURSOR.matcher(cursor);
      return matcher.matches()
          ? new Place(
              Long.parseLong(matcher.group(1)),
              Long.parseLong(matcher.group(2)),
              Long.parseLong(matcher.group(3)))
          : null;
    }

    static Place of(Response entry) {
      Place place = of(entry.get(0) + "-" + field(entry, 'n'));
      return place == null ? BEGINNING : place;
    }

    boolean isAfter(Place other) {
      return millis > other.millis || (millis == other.millis && sequence > other.sequence);
    }

    String entry() {
      return millis + "-" + sequence;
    }

    String cursor() {
      return entry() + "-" + number;
    }
  }

  Future<EventPage> read(@Nullable String after, int limit) {
    if (after == null) {
      return end().map(end -> new EventPage(List.of(), end.cursor(), false));
    }
    Place from = Place.of(after);
    return from == null ? fromTheOldest(limit) : after(from, limit);
  }

  private Future<EventPage> after(Place from, int limit) {
    return range(from, limit)
        .compose(
            entries ->
                entries.size() > 0
                    ? Future.succeededFuture(
                        page(entries, Place.of(entries.get(0)).number() != from.number() + 1))
                    : end().compose(end -> nothingAfter(from, end, limit)));
  }

  // A place behind the end is one of another Redis, or of this one before it was emptied.
  private Future<EventPage> nothingAfter(Place from, Place end, int limit) {
    return from.isAfter(end)
        ? fromTheOldest(limit)
        : Future.succeededFuture(new EventPage(List.of(), from.cursor(), false));
  }

  private Future<EventPage> fromTheOldest(int limit) {
    return range(BEGINNING, limit).map(entries -> page(entries, true));
  }

  private Future<Response> range(Place after, int limit) {
    return links.read(
        () ->
            Request.cmd(Command.XRANGE)
                .arg(key)
                .arg("(" + after.entry())
                .arg("+")
                .arg("COUNT")
                .arg(limit));
  }

  private Future<Place> end() {
    return links
        .read(() -> Request.cmd(Command.XREVRANGE).arg(key).arg("+").arg("-").arg("COUNT").arg(1))
        .map(last -> last.size() == 0 ? BEGINNING : Place.of(last.get(0)));
  }

  private static EventPage page(Response entries, boolean gap) {
    List<SessionEvent> events = new ArrayList<>();
    entries.forEach(entry -> events.add(event(entry)));
    Place last = entries.size() == 0 ? BEGINNING : Place.of(entries.get(entries.size() - 1));
    return new EventPage(events, last.cursor(), gap);
  }

  private static SessionEvent event(Response entry) {
    String id = field(entry, 'i');
    String subject = field(entry, 's');
    String reason = field(entry, 'r');
    String count = field(entry, 'c');
    return new SessionEvent(
        Place.of(entry).cursor(),
        SessionEvent.Type.valueOf(field(entry, 't').toUpperCase(Locale.ROOT)),
        id.isEmpty() ? null : new SessionKey(id),
        subject.isEmpty() ? null : subject,
        reason.isEmpty() ? null : Reason.valueOf(reason.toUpperCase(Locale.ROOT)),
        Long.parseLong(field(entry, 'a')),
        count.isEmpty() ? 1 : Long.parseLong(count));
  }

  private static String field(Response entry, char name) {
    Response fields = entry.get(1);
    for (int i = 0; i < fields.size(); i += 2) {
      if (fields.get(i).toString().charAt(0) == name) {
        return fields.get(i + 1).toString();
      }
    }
    return "";
  }

  Future<Void> append(List<SessionEvent> rejections) {
    return links
        .run(
            Script.APPEND,
            List.of(key),
            request -> {
              request.arg(most);
              for (SessionEvent event : rejections) {
                request.arg(word(event.reason())).arg(event.at()).arg(event.count());
              }
              return request;
            })
        .mapEmpty();
  }

  /** A reason as the scripts write it. */
  static String word(@Nullable Reason reason) {
    return reason == null ? "" : reason.name().toLowerCase(Locale.ROOT);
  }

  String key() {
    return key;
  }

  int most() {
    return most;
  }
}
