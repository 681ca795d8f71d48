package io.statekeep.session;

import java.time.Duration;

/**
 * How long sessions live and how large they grow. All times in milliseconds.
 *
 * @param idleTimeout life without activity, at least 1; slides with activity
 * @param absoluteTimeout life in all, whatever the activity; {@link #NO_LIMIT} for none
 * @param touchInterval activity is recorded at most this often; 0 records every read
 * @param persistentCookies whether a session's cookie outlives the browser session unless the
 *     session says otherwise
 * @param maxAttributes attributes of a session, at most
 * @param maxBytes size of all attributes as {@link Attributes#bytes()} counts, at most
 */
public record SessionPolicy(
    long idleTimeout,
    long absoluteTimeout,
    long touchInterval,
    boolean persistentCookies,
    int maxAttributes,
    int maxBytes) {

  /** An absolute timeout that never comes. */
  public static final long NO_LIMIT = Long.MAX_VALUE;

  /**
   * The end of the year 9999, in milliseconds since the epoch: what would end later ends then. RFC
   * 3339 cannot write a later moment, and Redis counts exactly only to 2^53.
   */
  static final long LAST_MOMENT = 253_402_300_799_999L;

  /** The longest name of an attribute, in characters. */
  public static final int MAX_NAME_CHARS = 128;

  /** The longest subject, in characters. */
  public static final int MAX_SUBJECT_CHARS = 255;

  /** Two weeks idle, no absolute limit, a touch a minute, 256 attributes in 64 KiB. */
  public static final SessionPolicy DEFAULT =
      new SessionPolicy(
          Duration.ofDays(14).toMillis(),
          NO_LIMIT,
          Duration.ofMinutes(1).toMillis(),
          true,
          256,
          64 * 1024);

  /**
   * How long activity may go unrecorded in a session with this idle timeout. The touch interval,
   * but at most half the idle timeout: a session of seconds does not outlive them by a minute.
   */
  long touchIntervalFor(long idle) {
    return Math.min(touchInterval, idle / 2);
  }

  /**
   * The deadline after activity at {@code lastSeenAt}: idle timeout and one touch interval, because
   * the activity of a whole interval may be unrecorded; never after the absolute deadline.
   */
  long deadline(long lastSeenAt, long idle, long absoluteExpiresAt) {
    return Math.min(later(later(lastSeenAt, idle), touchIntervalFor(idle)), absoluteExpiresAt);
  }

  long absoluteDeadline(long now) {
    return absoluteTimeout > LAST_MOMENT - now ? NO_LIMIT : now + absoluteTimeout;
  }

  /** Whether these attributes are within the limits. */
  public boolean allows(Attributes attributes) {
    return attributes.count() <= maxAttributes && attributes.bytes() <= maxBytes;
  }

  /** So much later, but not after {@link #LAST_MOMENT}. */
  static long later(long time, long duration) {
    return duration > LAST_MOMENT - time ? LAST_MOMENT : time + duration;
  }
}
