package io.statekeep.session;

import org.jspecify.annotations.Nullable;

/**
 * What the answer has to tell the client about its session cookie, once the store has acknowledged.
 */
public sealed interface CookieChange {
  /** Nothing. */
  CookieChange NONE = new None();

  /** That the session is over. */
  CookieChange CLEAR = new Clear();

  /** See {@link #NONE}. */
  record None() implements CookieChange {}

  /** See {@link #CLEAR}. */
  record Clear() implements CookieChange {}

  /**
   * A token to keep.
   *
   * @param token the cookie's value
   * @param maxAgeSeconds how long, or null until the browser session ends
   */
  record Keep(SessionToken token, @Nullable Long maxAgeSeconds) implements CookieChange {
    /** The token of a session with this life, at this moment. */
    public static Keep of(SessionToken token, Lifetime life, long now) {
      long left = Math.max(0, life.idleDeadline() - now);
      // Rounded up: the cookie must not end before the session.
      return new Keep(token, life.persistent() ? Long.valueOf((left + 999) / 1000) : null);
    }
  }
}
