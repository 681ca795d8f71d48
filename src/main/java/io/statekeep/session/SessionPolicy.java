package io.statekeep.session;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
 * @param maxPerSubject live sessions of one subject, at most; 0 for no limit
 * @param overLimit what happens to one more
 */
public record SessionPolicy(
    long idleTimeout,
    long absoluteTimeout,
    long touchInterval,
    boolean persistentCookies,
    int maxAttributes,
    int maxBytes,
    int maxPerSubject,
    OverLimit overLimit) {

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

  /** A policy without a limit to the sessions of one subject. */
  public SessionPolicy(
      long idleTimeout,
      long absoluteTimeout,
      long touchInterval,
      boolean persistentCookies,
      int maxAttributes,
      int maxBytes) {
    this(
        idleTimeout,
        absoluteTimeout,
        touchInterval,
        persistentCookies,
        maxAttributes,
        maxBytes,
        0,
        OverLimit.REJECT);
  }

  /** This policy with at most so many live sessions of one subject. */
  public SessionPolicy withMaxPerSubject(int most, OverLimit action) {
    return new SessionPolicy(
        idleTimeout,
        absoluteTimeout,
        touchInterval,
        persistentCookies,
        maxAttributes,
        maxBytes,
        most,
        action);
  }

  /** Whether a session that becomes this subject's, and was not before, has to find room. */
  public boolean limits(@Nullable String subject) {
    return maxPerSubject > 0 && subject != null;
  }

  /**
   * The sessions that have to end so that a subject with these live ones may have one more; null if
   * it may not.
   */
  public @Nullable List<SessionRecord> roomAmong(Collection<SessionRecord> live) {
    int tooMany = live.size() + 1 - maxPerSubject;
    if (tooMany <= 0) {
      return List.of();
    }
    return overLimit == OverLimit.REJECT
        ? null
        // From the end of a listing's order: the oldest.
        : live.stream().sorted((a, b) -> Page.compare(b, a)).limit(tooMany).toList();
  }

  /** This policy for one session; what is null stays, and no absolute timeout grows. */
  public SessionPolicy with(
      @Nullable Long idle, @Nullable Long absolute, @Nullable Boolean persistent) {
    return new SessionPolicy(
        idle != null ? idle : idleTimeout,
        absolute != null ? Math.min(absolute, absoluteTimeout) : absoluteTimeout,
        touchInterval,
        persistent != null ? persistent : persistentCookies,
        maxAttributes,
        maxBytes,
        maxPerSubject,
        overLimit);
  }

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
