package io.statekeep.testing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that moves only when told. Thread-safe. */
public final class ManualClock implements InstantSource {
  private final AtomicLong now;

  /** Begins at the real time: Redis counts its own time to live from there. */
  public ManualClock() {
    now = new AtomicLong(System.currentTimeMillis());
  }

  @Override
  public Instant instant() {
    return Instant.ofEpochMilli(millis());
  }

  @Override
  public long millis() {
    return now.get();
  }

  public void advance(Duration by) {
    now.addAndGet(by.toMillis());
  }
}
