package io.statekeep.session;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A {@link SessionRecord} for those who keep many: fewer bytes in fewer objects, which a garbage
 * collector has to move. Immutable.
 */
public final class PackedRecord {
  private static final int NUMBERS = 6;
  private static final int MAX_NUMBER_BYTES = 10;

  private final SessionKey key;
  private final @Nullable String subject;
  // The numbers, then whether it is persistent, then the attributes in UTF-8. A number has seven of
  // its bits in a byte, the low ones first; the eighth tells whether more follow. What is negative
  // has an odd number, which keeps the small ones small (zigzag, as in Protocol Buffers).
  private final byte[] rest;

  private PackedRecord(SessionKey key, @Nullable String subject, byte[] rest) {
    this.key = key;
    this.subject = subject;
    this.rest = rest;
  }

  /** Packs a record. */
  public static PackedRecord of(SessionRecord record) {
    return new PackedRecord(record.key().copy(), record.subject(), rest(record));
  }

  /** Packs a later record of the session, which shares what has not changed. */
  public PackedRecord next(SessionRecord record) {
    return new PackedRecord(
        record.key().equals(key) ? key : record.key().copy(),
        Objects.equals(record.subject(), subject) ? subject : record.subject(),
        rest(record));
  }

  private static byte[] rest(SessionRecord record) {
    Lifetime life = record.lifetime();
    byte[] text = record.attributes().toJson().getBytes(StandardCharsets.UTF_8);
    byte[] head = new byte[NUMBERS * MAX_NUMBER_BYTES + 1];
    // Differences wrap around and back, whatever the numbers are.
    int at = put(head, 0, life.createdAt());
    at = put(head, at, life.lastSeenAt() - life.createdAt());
    at = put(head, at, life.expiresAt() - life.lastSeenAt());
    at = put(head, at, life.absoluteExpiresAt() - life.createdAt());
    at = put(head, at, life.idleTimeout());
    at = put(head, at, record.version());
    head[at++] = (byte) (life.persistent() ? 1 : 0);
    byte[] rest = new byte[at + text.length];
    System.arraycopy(head, 0, rest, 0, at);
    System.arraycopy(text, 0, rest, at, text.length);
    return rest;
  }

  private static int put(byte[] to, int from, long number) {
    long left = (number << 1) ^ (number >> 63);
    int at = from;
    while ((left & ~0x7FL) != 0) {
      to[at++] = (byte) (left | 0x80);
      left >>>= 7;
    }
    to[at++] = (byte) left;
    return at;
  }

  /** The record. */
  public SessionRecord record() {
    Reader in = new Reader();
    long createdAt = in.next();
    long lastSeenAt = createdAt + in.next();
    long expiresAt = lastSeenAt + in.next();
    long absoluteExpiresAt = createdAt + in.next();
    long idleTimeout = in.next();
    long version = in.next();
    boolean persistent = rest[in.at++] == 1;
    Lifetime life =
        new Lifetime(createdAt, lastSeenAt, idleTimeout, expiresAt, absoluteExpiresAt, persistent);
    String json = new String(rest, in.at, rest.length - in.at, StandardCharsets.UTF_8);
    // Whoever asks the kept key for its text would make it keep that, too.
    return new SessionRecord(key.copy(), subject, Attributes.trusted(json), life, version);
  }

  private final class Reader {
    int at;

    long next() {
      long bits = 0;
      int shift = 0;
      byte b;
      do {
        b = rest[at++];
        bits |= (b & 0x7FL) << shift;
        shift += 7;
      } while (b < 0);
      return (bits >>> 1) ^ -(bits & 1);
    }
  }

  /** The key that the session is kept under: to find it by, not to hand it out. */
  public SessionKey key() {
    return key;
  }

  /** See {@link SessionRecord#subject}. */
  public @Nullable String subject() {
    return subject;
  }

  /** See {@link Lifetime#createdAt}. */
  public long createdAt() {
    return new Reader().next();
  }

  /** See {@link Lifetime#expiresAt}. */
  public long expiresAt() {
    Reader in = new Reader();
    return in.next() + in.next() + in.next();
  }

  /** Whether the session lives at this moment. */
  public boolean isLive(long now) {
    return now < expiresAt();
  }

  /** See {@link Attributes#bytes}. */
  public int attributeBytes() {
    Reader in = new Reader();
    for (int i = 0; i < NUMBERS; i++) {
      in.next();
    }
    return rest.length - in.at - 1;
  }
}
