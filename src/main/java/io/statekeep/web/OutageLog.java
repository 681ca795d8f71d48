package io.statekeep.web;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the log is told of answers that had to be 503: a line a second at most, with the number of
 * those in between. A store that is away under load must not fill a disk. Thread-safe.
 */
final class OutageLog {
  private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final LongSupplier nanoClock;
  private final AtomicLong nextAt;
  private final LongAdder untold = new LongAdder();

  OutageLog(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
    this.nextAt = new AtomicLong(nanoClock.getAsLong());
  }

  /** The line for such an answer, or null if it is only counted. */
  @Nullable String line(@Nullable String why) {
    long now = nanoClock.getAsLong();
    long due = nextAt.get();
    if (now - due < 0 || !nextAt.compareAndSet(due, now + PERIOD_NANOS)) {
      untold.increment();
      return null;
    }
    long more = untold.sumThenReset();
    return more == 0 ? String.valueOf(why) : why + " (and " + more + " more before)";
  }
}
