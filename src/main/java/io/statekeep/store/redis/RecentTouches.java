package io.statekeep.store.redis;

import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionPolicy;
import io.statekeep.session.SessionRecord;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Until when the sessions that this node has lately seen need no touch: a hint that spares a read
 * the script. Fixed in size; what it has forgotten costs a script, and no more. Thread-safe.
 */
final class RecentTouches {
  private static final int SLOT_BITS = 16;
  private static final int TIME_BITS = 48;
  private static final long TIME_MASK = (1L << TIME_BITS) - 1;

  private final SessionPolicy policy;
  // Each slot: the upper bits of the key's hash, then the time in milliseconds since the epoch.
  private final AtomicLongArray slots = new AtomicLongArray(1 << SLOT_BITS);

  RecentTouches(SessionPolicy policy) {
    this.policy = policy;
  }

  /** Whether activity of this session at this moment is known to need no record. */
  boolean notDue(SessionKey key, long now) {
    long hash = hash(key);
    long slot = slots.getOpaque(place(hash));
    return (slot ^ hash) >>> TIME_BITS == 0 && now < (slot & TIME_MASK);
  }

  /** Remembers a session as the store has it. */
  void saw(SessionRecord record) {
    long hash = hash(record.key());
    slots.setOpaque(place(hash), (hash & ~TIME_MASK) | record.lifetime().touchDueAt(policy));
  }

  private static int place(long hash) {
    return (int) hash & ((1 << SLOT_BITS) - 1);
  }

  // Keys are digests, but their hash code has only 32 bits: spread it over the slot's 64.
  private static long hash(SessionKey key) {
    return key.hashCode() * 0x9E3779B97F4A7C15L;
  }
}
