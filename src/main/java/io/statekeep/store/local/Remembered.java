package io.statekeep.store.local;

import io.statekeep.session.CreateOutcome;
import io.statekeep.session.Repeat;
import io.statekeep.session.SessionKey;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Creations that may be repeated, until their time is over. Thread-safe. */
final class Remembered {
  // What one weighs beside its texts.
  private static final long OVERHEAD_BYTES = 250;

  private final ConcurrentHashMap<String, Mark> marks = new ConcurrentHashMap<>();
  private final ExpiryWheel wheel;

  Remembered(long now) {
    wheel = new ExpiryWheel(now);
  }

  private static final class Mark extends ExpiryWheel.Node {
    final Repeat repeat;
    final SessionKey session;

    Mark(Repeat repeat, SessionKey session) {
      this.repeat = repeat;
      this.session = session;
    }

    @Override
    long deadlineMillis() {
      return repeat.until();
    }
  }

  /** What heap it takes to remember this. */
  static long weight(Repeat repeat) {
    return OVERHEAD_BYTES
        + repeat.key().length()
        + repeat.fingerprint().length()
        + repeat.salt().length();
  }

  /** The creation that this one repeats, or null. */
  CreateOutcome.@Nullable Repeated find(Repeat repeat, long now) {
    Mark mark = marks.get(repeat.key());
    return mark == null || mark.repeat.until() <= now
        ? null
        : new CreateOutcome.Repeated(mark.session, mark.repeat.fingerprint(), mark.repeat.salt());
  }

  /** Remembers a creation; answers the weight of one that was over and had the same key. */
  long add(Repeat repeat, SessionKey session) {
    Mark mark = new Mark(repeat, session);
    Mark before = marks.put(repeat.key(), mark);
    wheel.schedule(mark);
    if (before == null) {
      return 0;
    }
    wheel.cancel(before);
    return weight(before.repeat);
  }

  /**
   * Forgets what is over.
   *
   * @param freed is told the weight of each
   * @return how many were looked at
   */
  int purge(long now, int limit, LongConsumer freed) {
    return wheel.poll(
        now,
        limit,
        node -> {
          Mark mark = (Mark) node;
          if (marks.remove(mark.repeat.key(), mark)) {
            freed.accept(weight(mark.repeat));
          }
        });
  }

  void clear() {
    marks.clear();
  }
}
