package io.statekeep.session;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A time for each of the sessions lately seen, as a hint: fixed in size, one write or read of a
 * word. A session's time may be forgotten at any moment, and now and then a session that was never
 * seen is given that of another: once in 2^32 / size times, or in 65,536 if that is less.
 * Thread-safe.
 */
public final class KeyTimes {
  /** What is said of a session whose time is not known. */
  public static final long UNKNOWN = 0;

  private static final int TIME_BITS = 48;
  private static final long TIME_MASK = (1L << TIME_BITS) - 1;

  // Each slot: the upper bits of the key's hash, then the time.
  private final AtomicLongArray slots;

  /**
   * @param size how many times it holds at most, in eight bytes each; a power of two. Of a quarter
   *     as many sessions by turns three in four are remembered, of as many one in three
   */
  public KeyTimes(int size) {
    if (Integer.bitCount(size) != 1) {
      throw new IllegalArgumentException(size + " is no power of two");
    }
    slots = new AtomicLongArray(size);
  }

  /** The session's time in milliseconds since the epoch, or {@link #UNKNOWN}. */
  public long get(SessionKey key) {
    long hash = hash(key);
    long slot = slots.getOpaque(place(hash));
    return (slot ^ hash) >>> TIME_BITS == 0 ? slot & TIME_MASK : UNKNOWN;
  }

  /** Remembers a time in milliseconds since the epoch, from 1970 to the year 10889. */
  public void put(SessionKey key, long millis) {
    long hash = hash(key);
    long slot = (hash & ~TIME_MASK) | (millis & TIME_MASK);
    int place = place(hash);
    // What is there already need not be taken from the other processors.
    if (slots.getOpaque(place) != slot) {
      slots.setOpaque(place, slot);
    }
  }

  private int place(long hash) {
    return (int) hash & (slots.length() - 1);
  }

  // Keys are digests, but their hash code has only 32 bits: spread it over the slot's 64.
  private static long hash(SessionKey key) {
    return key.hashCode() * 0x9E3779B97F4A7C15L;
  }
}
