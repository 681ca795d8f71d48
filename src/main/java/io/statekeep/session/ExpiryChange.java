package io.statekeep.session;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A change of a session's life. What is null stays as it is; at most one of the first two is not
 * null. Times too far away to count are as far as can be.
 *
 * @param idleTimeout a new idle timeout in milliseconds, at least 1, counted from the moment of the
 *     save
 * @param fixedDeadline a fixed deadline in milliseconds since the epoch, in place of the idle
 *     timeout
 * @param persistent whether the cookie outlives the browser session
 */
public record ExpiryChange(
    @Nullable Long idleTimeout, @Nullable Long fixedDeadline, @Nullable Boolean persistent) {
  private static final Duration LONGEST = Duration.ofMillis(SessionPolicy.LAST_MOMENT);

  /**
   * @throws IllegalArgumentException if the idle timeout is under a millisecond
   */
  public ExpiryChange {
    if (idleTimeout != null && idleTimeout < 1) {
      throw new IllegalArgumentException("idle timeout is under a millisecond");
    }
    idleTimeout = idleTimeout == null ? null : countable(idleTimeout);
    fixedDeadline = fixedDeadline == null ? null : countable(fixedDeadline);
  }

  /** Another idle timeout; the cookie stays of its kind. */
  public static ExpiryChange idle(Duration timeout) {
    return new ExpiryChange(millis(timeout), null, null);
  }

  /** An idle timeout, with a persistent cookie. */
  public static ExpiryChange after(Duration timeout) {
    return new ExpiryChange(millis(timeout), null, true);
  }

  /**
   * A fixed moment whatever the activity, with a persistent cookie. One in the past ends the
   * session.
   */
  public static ExpiryChange at(Instant moment) {
    return new ExpiryChange(null, millis(Duration.between(Instant.EPOCH, moment)), true);
  }

  /** The policy's idle timeout, with a cookie that ends with the browser session. */
  public static ExpiryChange withBrowser(SessionPolicy policy) {
    return new ExpiryChange(policy.idleTimeout(), null, false);
  }

  /** What the policy says: its idle timeout, its kind of cookie. */
  public static ExpiryChange byPolicy(SessionPolicy policy) {
    return new ExpiryChange(policy.idleTimeout(), null, policy.persistentCookies());
  }

  private static long millis(Duration duration) {
    if (duration.isNegative()) {
      return -1;
    }
    return duration.compareTo(LONGEST) > 0 ? LONGEST.toMillis() : duration.toMillis();
  }

  private static long countable(long millis) {
    return Math.max(0, Math.min(millis, SessionPolicy.LAST_MOMENT));
  }
}
