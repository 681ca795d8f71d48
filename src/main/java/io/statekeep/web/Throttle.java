package io.statekeep.web;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;

/**
 * Counts tries by key, in windows that begin with the first one. Holds a bounded number of keys of
 * any length: under a flood of keys the least used are forgotten. Thread-safe.
 */
public final class Throttle {
  private static final int MAX_KEYS = 100_000;

  private final Cache<String, Window> windows;
  private final int limit;
  private final long windowMillis;
  private final InstantSource clock;

  /**
   * @param limit tries of one key within one window
   */
  public Throttle(int limit, Duration window, InstantSource clock) {
    this.limit = limit;
    this.windowMillis = window.toMillis();
    this.clock = clock;
    this.windows = Caffeine.newBuilder().maximumSize(MAX_KEYS).executor(Runnable::run).build();
  }

  private record Window(long endsAt, int tries) {}

  /** Counts a try; answers 0 if it may go on, or the seconds until it may. */
  public long tryAfter(String key) {
    long now = clock.millis();
    Window window =
        windows
            .asMap()
            .compute(
                digest(key),
                (k, known) ->
                    known == null || now >= known.endsAt
                        ? new Window(now + windowMillis, 1)
                        : new Window(known.endsAt, Math.min(known.tries, limit) + 1));
    return window.tries <= limit ? 0 : Math.max(1, (window.endsAt - now + 999) / 1000);
  }

  // Whoever chooses keys chooses how long they are, too: of each the same few bytes are kept.
  private static String digest(String key) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      return Base64.getEncoder()
          .encodeToString(sha256.digest(key.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
