package io.statekeep.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionRecord;
import org.jspecify.annotations.Nullable;

/**
 * Records as a store of this node last read or wrote them, to decide changes on before the backend
 * is asked, which then has to check that they still are what they were. Never served. Bounded by a
 * 32nd of the heap, or by 16 MiB where that is more. Thread-safe.
 */
public final class RecentRecords {
  private static final long MIN_BYTES = 16L << 20;
  private static final int SHARE_OF_HEAP = 32;
  // What a record weighs beside its attributes.
  private static final int OVERHEAD_BYTES = 400;

  private final Cache<SessionKey, SessionRecord> records =
      Caffeine.newBuilder()
          .maximumWeight(Math.max(MIN_BYTES, Runtime.getRuntime().maxMemory() / SHARE_OF_HEAP))
          .<SessionKey, SessionRecord>weigher(
              (key, record) -> OVERHEAD_BYTES + record.attributes().toJson().length())
          // Eviction takes microseconds: not worth another thread.
          .executor(Runnable::run)
          .build();

  /** The record as last seen, or null. */
  public @Nullable SessionRecord get(SessionKey key) {
    return records.getIfPresent(key);
  }

  /** Remembers a record that the backend has. */
  public void saw(SessionRecord record) {
    // To look is much cheaper than to write, and most reads find what the last one found.
    SessionRecord known = get(record.key());
    if (known == null || known.version() != record.version() || !known.equals(record)) {
      records.put(record.key(), record);
    }
  }

  /** Forgets a record that the backend no longer has, or that nobody knows. */
  public void drop(SessionKey key) {
    records.invalidate(key);
  }
}
