package io.statekeep.store.layered;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Decides, at the moment of serving, whether what was read from the store at some time may still be
 * served.
 */
@FunctionalInterface
public interface Freshness {
  /**
   * Whether a copy may be served now.
   *
   * @param readAtNanos the monotonic time before the copy was asked for
   */
  boolean allows(long readAtNanos);

  /** For a store that nobody but this process can write to: every change passes through here. */
  static Freshness exclusive() {
    return readAtNanos -> true;
  }

  /** For a store with other writers that nobody tells of: a copy holds this long and no longer. */
  static Freshness lease(Duration maxStale, LongSupplier nanoClock) {
    long bound = maxStale.toNanos();
    return readAtNanos -> nanoClock.getAsLong() - readAtNanos <= bound;
  }
}
