package io.statekeep.store.layered;

import java.util.function.LongSupplier;

/**
 * Decides, at the moment of serving, whether what was read from the store at some time may still be
 * served.
 */
interface Freshness {
  /**
   * Whether a copy may be served now.
   *
   * @param readAtNanos the monotonic time before the copy was asked for
   */
  boolean allows(long readAtNanos);

  /**
   * Whether a copy may stand in for a store that cannot answer now.
   *
   * @param readAtNanos the monotonic time before the copy was asked for
   */
  default boolean allowsInOutage(long readAtNanos) {
    return allows(readAtNanos);
  }

  /** For a store that tells nothing: it is written to by this process alone, or copies age. */
  static Freshness untold(Coherence coherence, LongSupplier nanoClock) {
    if (coherence instanceof Coherence.Lease lease) {
      long bound = lease.maxStale().toNanos();
      return readAtNanos -> nanoClock.getAsLong() - readAtNanos <= bound;
    }
    return readAtNanos -> true;
  }
}
