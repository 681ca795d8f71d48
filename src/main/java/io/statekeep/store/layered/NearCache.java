package io.statekeep.store.layered;

import static io.statekeep.store.InvalidationChannel.Listener.UNKNOWN_VERSION;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionRecord;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Copies of sessions in the memory of this process, and the rule by which a result of the store may
 * become one.
 *
 * <p>A result is kept only if nothing else happened to its session since it was asked for: a read
 * that raced with a change, or one of two changes that raced with each other, may be older than
 * what the store now holds. Thread-safe.
 */
final class NearCache {
  // What a copy weighs beside its attributes.
  private static final int OVERHEAD_BYTES = 400;

  private final Cache<SessionKey, Copy> copies;
  private final Freshness freshness;
  private final LongSupplier nanoClock;
  // Sessions with calls under way; changed inside compute only, together with the copy.
  private final ConcurrentHashMap<SessionKey, Activity> activities = new ConcurrentHashMap<>();
  private final AtomicInteger generation = new AtomicInteger();

  NearCache(long maxBytes, Freshness freshness, LongSupplier nanoClock) {
    this.freshness = freshness;
    this.nanoClock = nanoClock;
    this.copies =
        Caffeine.newBuilder()
            .maximumWeight(maxBytes)
            .<SessionKey, Copy>weigher((key, copy) -> copy.weight())
            // Eviction takes microseconds: not worth another thread.
            .executor(Runnable::run)
            .build();
  }

  private record Copy(SessionRecord record, long readAtNanos) {
    int weight() {
      return OVERHEAD_BYTES + record.attributes().toJson().length();
    }
  }

  /** The copy, if there is one that may be served now. */
  @Nullable SessionRecord get(SessionKey key) {
    Copy copy = copies.getIfPresent(key);
    return copy != null && freshness.allows(copy.readAtNanos) ? copy.record : null;
  }

  /** The copy, if there is one that may stand in for a store that cannot answer now. */
  @Nullable SessionRecord getInOutage(SessionKey key) {
    Copy copy = copies.getIfPresent(key);
    return copy != null && freshness.allowsInOutage(copy.readAtNanos) ? copy.record : null;
  }

  /** Whether what was asked of the store at a time is no older than a copy may be. */
  boolean isRecent(long askedAtNanos) {
    return freshness.allowsInOutage(askedAtNanos);
  }

  /** Says that the store is about to be asked. */
  Ticket beginRead(SessionKey key) {
    return new Ticket(key, false);
  }

  /** Says that the store is about to be changed. */
  Ticket beginWrite(SessionKey key) {
    return new Ticket(key, true);
  }

  /** Forgets the copy, and every result that is under way. */
  void drop(SessionKey key) {
    activities.compute(
        key,
        (k, activity) -> {
          copies.invalidate(key);
          if (activity != null) {
            activity.events++;
          }
          return activity;
        });
  }

  /** Forgets the copy and the results under way that are older than a version of the session. */
  void dropOlder(SessionKey key, long version) {
    if (version == UNKNOWN_VERSION) {
      drop(key);
      return;
    }
    activities.compute(
        key,
        (k, activity) -> {
          Copy copy = copies.getIfPresent(key);
          if (copy != null && copy.record.version() < version) {
            copies.invalidate(key);
          }
          if (activity != null) {
            activity.version = Math.max(activity.version, version);
          }
          return activity;
        });
  }

  /** Forgets everything, results under way included. */
  void clear() {
    // In this order: a result that is kept after the first line belongs to the new generation.
    generation.incrementAndGet();
    copies.invalidateAll();
  }

  /** Whether a copy that was read just now would be served. */
  boolean serves() {
    return freshness.allows(nanoClock.getAsLong());
  }

  long size() {
    return copies.estimatedSize();
  }

  private static final class Activity {
    int calls;
    // Grows with every change and drop.
    int events;
    // What the session is known to have reached.
    long version;

    /** One call less; null if there is none any more. */
    @Nullable Activity left() {
      return --calls == 0 ? null : this;
    }
  }

  /** One call of the store, from before it begins to its end. */
  final class Ticket {
    private final SessionKey key;
    private final boolean writes;
    private final long startedAt = nanoClock.getAsLong();
    private final int startedIn = generation.get();
    private int eventsBefore;

    private Ticket(SessionKey key, boolean writes) {
      this.key = key;
      this.writes = writes;
      activities.compute(
          key,
          (k, known) -> {
            Activity activity = known == null ? new Activity() : known;
            activity.calls++;
            eventsBefore = activity.events;
            return activity;
          });
    }

    /** A read has ended without an answer: nothing is known that was not known before. */
    void abandon() {
      activities.computeIfPresent(key, (k, activity) -> activity.left());
    }

    /**
     * The call has ended.
     *
     * @param result what the store holds as far as this call knows; null for nothing, or, after a
     *     change, for not known
     */
    void end(@Nullable SessionRecord result) {
      activities.computeIfPresent(
          key,
          (k, activity) -> {
            boolean undisturbed = activity.events == eventsBefore && startedIn == generation.get();
            // Other changes may be under way: each forgets, when it ends, what was kept before.
            activity.events += writes ? 1 : 0;
            if (result != null && undisturbed && result.version() >= activity.version) {
              copies.put(key, new Copy(result, startedAt));
              if (startedIn != generation.get()) {
                // Everything was forgotten between the look and the line before.
                copies.invalidate(key);
              }
            } else if (writes || undisturbed) {
              copies.invalidate(key);
            }
            return activity.left();
          });
    }
  }
}
