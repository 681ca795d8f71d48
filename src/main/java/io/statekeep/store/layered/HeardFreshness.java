package io.statekeep.store.layered;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * For a store with an invalidation channel: a copy holds as long as the channel tells what changes,
 * however old it is. A channel that is lost, or was not heard from for the bound, tells nothing.
 * Thread-safe.
 *
 * <p>Copies from before the channel was last connected must be gone: {@link NearCache#clear}.
 */
final class HeardFreshness implements Freshness {
  private final long bound;
  private final LongSupplier nanoClock;
  private volatile boolean connected;
  // Every change that was made before this has been told, and has taken its copy with it.
  private volatile long heardAt;

  HeardFreshness(Duration maxStale, LongSupplier nanoClock) {
    this.bound = maxStale.toNanos();
    this.nanoClock = nanoClock;
    this.heardAt = nanoClock.getAsLong() - bound - 1;
  }

  @Override
  public boolean allows(long readAtNanos) {
    return connected && nanoClock.getAsLong() - heardAt <= bound;
  }

  /** Without the channel, a copy is known to be right as of when it was read, or last told of. */
  @Override
  public boolean allowsInOutage(long readAtNanos) {
    long rightAt = readAtNanos - heardAt > 0 ? readAtNanos : heardAt;
    return nanoClock.getAsLong() - rightAt <= bound;
  }

  void connected() {
    connected = true;
  }

  void heard(long nanos) {
    if (nanos - heardAt > 0) {
      heardAt = nanos;
    }
  }

  void lost() {
    connected = false;
  }
}
