package io.statekeep.store.redis;

import io.statekeep.session.SessionEvent;
import io.statekeep.session.SessionEvent.Reason;
import io.statekeep.session.SessionKey;
import io.vertx.redis.client.Response;
import java.util.Locale;

/**
 * An entry of a stream.
 *
 * @param number counts without a gap
 * @param fields what happened, as {@code common.lua} says
 */
record EventEntry(long number, Response fields) {
  static EventEntry of(Response entry) {
    String id = entry.get(0).toString();
    return new EventEntry(Long.parseLong(id, id.indexOf('-') + 1, id.length(), 10), entry.get(1));
  }

  /** The ID of the entry with this number. */
  static String id(long number) {
    return "1-" + number;
  }

  /** When, by the server's clock; 0 if it does not say. */
  long micros() {
    String micros = field('u');
    return micros.isEmpty() ? 0 : Long.parseLong(micros);
  }

  /** Whether the stream began with it. */
  boolean isFirst() {
    return !field('f').isEmpty();
  }

  SessionEvent event(String cursor) {
    String id = field('i');
    String subject = field('s');
    String reason = field('r');
    String count = field('c');
    return new SessionEvent(
        cursor,
        SessionEvent.Type.valueOf(field('t').toUpperCase(Locale.ROOT)),
        id.isEmpty() ? null : new SessionKey(id),
        subject.isEmpty() ? null : subject,
        reason.isEmpty() ? null : Reason.valueOf(reason.toUpperCase(Locale.ROOT)),
        Long.parseLong(field('a')),
        count.isEmpty() ? 1 : Long.parseLong(count));
  }

  private String field(char name) {
    for (int i = 0; i < fields.size(); i += 2) {
      if (fields.get(i).toString().charAt(0) == name) {
        return fields.get(i + 1).toString();
      }
    }
    return "";
  }
}
