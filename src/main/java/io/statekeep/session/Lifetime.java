package io.statekeep.session;

/**
 * When a session began, when it was last active and when it ends. Immutable. All times in
 * milliseconds since the epoch.
 *
 * @param createdAt the creation; a rotation keeps it
 * @param lastSeenAt the last recorded activity
 * @param idleTimeout milliseconds of life without activity; 0 for a fixed deadline
 * @param expiresAt the hard deadline: the session is dead from this moment on, before any purge
 * @param absoluteExpiresAt the end that activity cannot move; {@link SessionPolicy#NO_LIMIT} for
 *     none
 * @param persistent whether the session's cookie outlives the browser session
 */
public record Lifetime(
    long createdAt,
    long lastSeenAt,
    long idleTimeout,
    long expiresAt,
    long absoluteExpiresAt,
    boolean persistent) {

  /** The lifetime of a session that begins at {@code now}. */
  public static Lifetime begin(SessionPolicy policy, long now) {
    long absolute = policy.absoluteDeadline(now);
    long idle = Math.min(policy.idleTimeout(), SessionPolicy.LAST_MOMENT);
    long deadline = policy.deadline(now, idle, absolute);
    return new Lifetime(now, now, idle, deadline, absolute, policy.persistentCookies());
  }

  /** Whether the session lives at this moment. */
  public boolean isLive(long now) {
    return now < expiresAt;
  }

  /** Whether activity moves the deadline. */
  public boolean slides() {
    return idleTimeout > 0;
  }

  /**
   * When the session ends if nothing more happens: {@link #expiresAt} without the slack of touches.
   */
  public long idleDeadline() {
    return slides() ? Math.min(SessionPolicy.later(lastSeenAt, idleTimeout), expiresAt) : expiresAt;
  }

  /** Whether activity at this moment is due to be recorded. */
  public boolean touchDue(SessionPolicy policy, long now) {
    return now >= touchDueAt(policy);
  }

  /**
   * From when on activity is due to be recorded, in milliseconds since the epoch; {@link
   * SessionPolicy#LAST_MOMENT} for never.
   */
  public long touchDueAt(SessionPolicy policy) {
    // Once in a millisecond at most, however short the interval.
    return slides()
        ? SessionPolicy.later(lastSeenAt, Math.max(1, policy.touchIntervalFor(idleTimeout)))
        : SessionPolicy.LAST_MOMENT;
  }

  /** With activity recorded at this moment. */
  Lifetime touched(SessionPolicy policy, long now) {
    long deadline = policy.deadline(now, idleTimeout, absoluteExpiresAt);
    return new Lifetime(createdAt, now, idleTimeout, deadline, absoluteExpiresAt, persistent);
  }

  /** With this change at this moment; the absolute deadline holds. */
  Lifetime changed(ExpiryChange change, SessionPolicy policy, long now) {
    long idle = idleTimeout;
    long deadline = expiresAt;
    if (change.idleTimeout() != null) {
      idle = change.idleTimeout();
      deadline = policy.deadline(now, idle, absoluteExpiresAt);
    } else if (change.fixedDeadline() != null) {
      idle = 0;
      deadline = Math.min(change.fixedDeadline(), absoluteExpiresAt);
    }
    boolean moved = change.idleTimeout() != null || change.fixedDeadline() != null;
    boolean kept = change.persistent() != null ? change.persistent() : persistent;
    long seen = moved ? now : lastSeenAt;
    return new Lifetime(createdAt, seen, idle, deadline, absoluteExpiresAt, kept);
  }
}
