package io.statekeep.store.guarded;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides by what became of the last calls whether the next one is worth making.
 *
 * <p>Closed, all are. It opens after some calls in a row without an answer, for some time, whether
 * they failed or still wait; a single answer ends the row. Open, none is, until a probe is
 * answered; then a few are on trial, and the first answer closes it. No call takes a lock or starts
 * a timer: silence is noticed by the next call. Thread-safe.
 */
final class CircuitBreaker {
  // So many calls, and so long: a connection that breaks under many calls is made again at once.
  private static final int ROW = 3;
  private static final long SHORTEST_SILENCE_MILLIS = 500;
  private static final int TRIALS = 8;

  private final long timeoutNanos;
  private final long silenceNanos;
  private final LongSupplier nanoClock;
  private final Watch watch;
  private volatile Phase phase;

  /** Hears of changes, once each, from any thread. */
  interface Watch {
    /**
     * No call is worth making.
     *
     * @param again whether it had been so until calls were on trial
     */
    void opened(String why, boolean again);

    /** All are again. */
    void closed(long afterNanos);
  }

  private enum State {
    CLOSED,
    OPEN,
    TRIAL
  }

  /**
   * @param timeoutMillis after which an answer counts as none
   * @param nanoClock monotonic
   */
  CircuitBreaker(long timeoutMillis, LongSupplier nanoClock, Watch watch) {
    this.timeoutNanos = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
    this.silenceNanos =
        TimeUnit.MILLISECONDS.toNanos(Math.min(timeoutMillis, SHORTEST_SILENCE_MILLIS));
    this.nanoClock = nanoClock;
    this.watch = watch;
    this.phase = new Phase(State.CLOSED, nanoClock.getAsLong());
  }

  /** What begins with one change and ends with the next; the calls of another do not count. */
  private static final class Phase {
    final State state;
    // When all had been well for the last time.
    final long wellUntil;
    final AtomicInteger begun = new AtomicInteger();
    final AtomicInteger underWay = new AtomicInteger();
    final AtomicInteger failures = new AtomicInteger();
    // Since when there is no answer to calls under way, and since when calls have failed.
    volatile long silentSince;
    volatile long failingSince;

    Phase(State state, long wellUntil) {
      this.state = state;
      this.wellUntil = wellUntil;
    }
  }

  /** A call that is made. */
  final class Call {
    private final Phase begunIn;
    private final boolean probe;
    private final long startedAt;

    private Call(Phase begunIn, boolean probe, long startedAt) {
      this.begunIn = begunIn;
      this.probe = probe;
      this.startedAt = startedAt;
    }

    /**
     * The call has ended.
     *
     * @param answered false if nobody knows whether it was carried out
     */
    void end(boolean answered) {
      long now = nanoClock.getAsLong();
      boolean inTime = answered && now - startedAt < timeoutNanos;
      switch (begunIn.state) {
        case CLOSED -> endedWhileClosed(this, inTime, now);
        case OPEN -> {
          if (inTime) {
            change(begunIn, new Phase(State.TRIAL, begunIn.wellUntil));
          }
        }
        case TRIAL -> {
          if (!probe) {
            endedOnTrial(this, inTime, now);
          }
        }
      }
    }
  }

  /** A call, if it is worth making. */
  @Nullable Call begin() {
    Phase now = phase;
    long at = nanoClock.getAsLong();
    return switch (now.state) {
      case CLOSED -> isSilent(now, at) ? null : begin(now, at);
      case OPEN -> null;
      case TRIAL -> beginTrial(now, at);
    };
  }

  /** A call that is made in any case, and tells whether others are worth making. */
  Call beginProbe() {
    Phase now = phase;
    long at = nanoClock.getAsLong();
    return now.state == State.CLOSED ? begin(now, at) : new Call(now, true, at);
  }

  /** Whether calls are refused, but for some on trial. */
  boolean isOpen() {
    return phase.state != State.CLOSED;
  }

  /** Whether only a probe can change that. */
  boolean needsProbe() {
    return phase.state == State.OPEN;
  }

  private Call begin(Phase closed, long at) {
    // In this order: a call that comes in between must not find the silence of long ago.
    if (closed.underWay.get() == 0) {
      closed.silentSince = at;
    }
    closed.underWay.incrementAndGet();
    return new Call(closed, false, at);
  }

  private boolean isSilent(Phase closed, long at) {
    if (closed.underWay.get() < ROW || at - closed.silentSince < timeoutNanos) {
      return false;
    }
    open(closed, "no answer within " + TimeUnit.NANOSECONDS.toMillis(timeoutNanos) + " ms");
    return true;
  }

  private void endedWhileClosed(Call call, boolean answered, long now) {
    Phase closed = call.begunIn;
    closed.underWay.decrementAndGet();
    if (answered) {
      closed.silentSince = now;
      if (closed.failures.get() != 0) {
        closed.failures.set(0);
      }
      return;
    }
    int row = closed.failures.incrementAndGet();
    if (row == 1) {
      closed.failingSince = call.startedAt;
    }
    if (row >= ROW && now - closed.failingSince >= silenceNanos) {
      open(closed, row + " calls in a row failed");
    }
  }

  private @Nullable Call beginTrial(Phase trial, long at) {
    int place = trial.begun.getAndIncrement();
    if (place == 0) {
      trial.silentSince = at;
    }
    if (place < TRIALS) {
      return new Call(trial, false, at);
    }
    if (at - trial.silentSince >= timeoutNanos) {
      open(trial, "no answer to calls on trial");
    }
    return null;
  }

  private void endedOnTrial(Call call, boolean answered, long now) {
    Phase trial = call.begunIn;
    if (!answered) {
      open(trial, "a call on trial failed");
    } else if (change(trial, new Phase(State.CLOSED, now))) {
      watch.closed(now - trial.wellUntil);
    }
  }

  private void open(Phase from, String why) {
    boolean again = from.state == State.TRIAL;
    long wellUntil = again ? from.wellUntil : nanoClock.getAsLong();
    if (change(from, new Phase(State.OPEN, wellUntil))) {
      watch.opened(why, again);
    }
  }

  // Of those who see at once what is to be changed, one changes it and tells.
  private synchronized boolean change(Phase from, Phase to) {
    if (phase != from) {
      return false;
    }
    phase = to;
    return true;
  }
}
