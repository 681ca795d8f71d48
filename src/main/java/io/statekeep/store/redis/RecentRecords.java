package io.statekeep.store.redis;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionRecord;
import org.jspecify.annotations.Nullable;

/**
 * Records as this node last read or wrote them, to make guesses on: never served. Bounded.
 * Thread-safe.
 */
final class RecentRecords {
  private static final long MAX_BYTES = 16L << 20;
  // What a record weighs beside its attributes.
  private static final int OVERHEAD_BYTES = 400;

  private final Cache<SessionKey, SessionRecord> records =
      Caffeine.newBuilder()
          .maximumWeight(MAX_BYTES)
          .<SessionKey, SessionRecord>weigher(
              (key, record) -> OVERHEAD_BYTES + record.attributes().toJson().length())
          // Eviction takes microseconds: not worth another thread.
          .executor(Runnable::run)
          .build();

  @Nullable SessionRecord get(SessionKey key) {
    return records.getIfPresent(key);
  }

  void saw(SessionRecord record) {
    records.put(record.key(), record);
  }

  void drop(SessionKey key) {
    records.invalidate(key);
  }
}
