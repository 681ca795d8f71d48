package io.statekeep.session;

import org.jspecify.annotations.Nullable;

/**
 * A session moves to a new key, in one atomic step: at no moment is neither key valid.
 *
 * @param from the key that ends
 * @param to the new key, which no session has had, in the same partition
 * @param subject the subject from now on, or null to keep it
 * @param graceMillis how long {@code from} stays good for reads, of the same session, at most
 *     60,000; 0 ends it at once, and a change of subject allows nothing else
 */
public record Rotation(SessionKey from, SessionKey to, @Nullable String subject, long graceMillis) {

  /** The longest grace, in milliseconds. */
  public static final long MAX_GRACE_MILLIS = 60_000;

  /**
   * @throws IllegalArgumentException if the grace is out of bounds or comes with a subject, or the
   *     new key is in another partition: no store could move the session in one step
   */
  public Rotation {
    if (from.partition() != to.partition()) {
      throw new IllegalArgumentException("a session does not leave its partition");
    }
    if (graceMillis < 0 || graceMillis > MAX_GRACE_MILLIS) {
      throw new IllegalArgumentException("grace is not in 0.." + MAX_GRACE_MILLIS + " ms");
    }
    if (subject != null && graceMillis > 0) {
      throw new IllegalArgumentException("no grace at a change of subject");
    }
  }

  /** A new key for the same subject, the old one dead at once. */
  public static Rotation of(SessionKey from, SessionKey to) {
    return new Rotation(from, to, null, 0);
  }

  /** A new key at a login, the old one dead at once. */
  public static Rotation login(SessionKey from, SessionKey to, String subject) {
    return new Rotation(from, to, subject, 0);
  }

  /** Whether this makes a session of one subject, or of none, another subject's. */
  public boolean changesSubject(@Nullable String before) {
    return subject != null && !subject.equals(before);
  }

  /** The record under its new key. */
  SessionRecord applyTo(SessionRecord record) {
    String newSubject = subject != null ? subject : record.subject();
    return new SessionRecord(
        to, newSubject, record.attributes(), record.lifetime(), record.version());
  }
}
