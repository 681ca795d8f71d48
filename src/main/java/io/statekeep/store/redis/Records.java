package io.statekeep.store.redis;

import io.statekeep.session.Attributes;
import io.statekeep.session.CorruptRecordException;
import io.statekeep.session.Lifetime;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionPolicy;
import io.statekeep.session.SessionRecord;
import io.vertx.redis.client.Response;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The fields of a session's hash; {@code common.lua} says which there are. */
final class Records {
  private static final Logger LOG = LoggerFactory.getLogger(Records.class);
  private static final int NUMBERS = 7;

  private Records() {}

  /** What a hash holds. */
  sealed interface Content {
    /** A session, live or expired. */
    record Session(SessionRecord record) implements Content {}

    /** Where a session went, and until when the old key reads it there. */
    record Moved(SessionKey to, long until) implements Content {}
  }

  /**
   * The hash's content; null if there is none, or none that can be read, which the log then says.
   */
  static @Nullable Content read(SessionKey key, Response fields) {
    return read(key, fields, null);
  }

  /**
   * The same.
   *
   * @param known the record as it was read before, if it was: what has not changed is not checked
   *     again
   */
  static @Nullable Content read(SessionKey key, Response fields, @Nullable SessionRecord known) {
    if (fields.size() == 0) {
      return null;
    }
    try {
      return content(key, fields, known);
    } catch (CorruptRecordException | NumberFormatException e) {
      LOG.warn("session.corrupt: a stored session cannot be read: {}", e.getMessage());
      return null;
    }
  }

  private static @Nullable Content content(
      SessionKey key, Response fields, @Nullable SessionRecord known) {
    String numbers = null;
    String subject = null;
    String movedTo = null;
    long until = 0;
    StringBuilder attributes = new StringBuilder(256).append('{');
    for (int i = 0; i < fields.size(); i += 2) {
      String name = fields.get(i).toString();
      String value = fields.get(i + 1).toString();
      switch (name.isEmpty() ? '?' : name.charAt(0)) {
        case 'm' -> numbers = value;
        case 's' -> subject = value;
        case '>' -> movedTo = value;
        case 't' -> until = Long.parseLong(value);
        case '"' -> {
          attributes.append(attributes.length() > 1 ? "," : "");
          attributes.append(name).append(':').append(value);
        }
        default -> {}
      }
    }
    if (movedTo != null) {
      return new Content.Moved(new SessionKey(movedTo), until);
    }
    if (numbers == null) {
      throw new CorruptRecordException("a session without its numbers");
    }
    return session(key, subject, attributes(attributes.append('}').toString(), known), numbers);
  }

  private static Attributes attributes(String json, @Nullable SessionRecord known) {
    return known != null && known.attributes().toJson().equals(json)
        ? known.attributes()
        : Attributes.stored(json);
  }

  private static Content session(
      SessionKey key, @Nullable String subject, Attributes attributes, String text) {
    long[] numbers = new long[NUMBERS];
    int from = 0;
    for (int i = 0; i < NUMBERS; i++) {
      int space = text.indexOf(' ', from);
      int to = space < 0 ? text.length() : space;
      numbers[i] = Long.parseLong(text, from, to, 10);
      from = Math.min(to + 1, text.length());
    }
    long created = numbers[1];
    long seen = created + numbers[2];
    long absolute = numbers[5] == 0 ? SessionPolicy.NO_LIMIT : created + numbers[5];
    Lifetime life =
        new Lifetime(created, seen, numbers[3], seen + numbers[4], absolute, numbers[6] == 1);
    return new Content.Session(new SessionRecord(key, subject, attributes, life, numbers[0]));
  }

  /**
   * The number field of a record: differences, to keep it in the 64 bytes that a compact hash
   * allows a value.
   */
  static String numbers(SessionRecord record) {
    Lifetime life = record.lifetime();
    boolean endless = life.absoluteExpiresAt() == SessionPolicy.NO_LIMIT;
    long absolute = endless ? 0 : life.absoluteExpiresAt() - life.createdAt();
    return record.version()
        + " "
        + life.createdAt()
        + " "
        + (life.lastSeenAt() - life.createdAt())
        + " "
        + life.idleTimeout()
        + " "
        + (life.expiresAt() - life.lastSeenAt())
        + " "
        + absolute
        + (life.persistent() ? " 1" : " 0");
  }
}
