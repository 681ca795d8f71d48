package io.statekeep.store.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExpiryWheelTest {
  private static final long NOW = 1_770_000_000_123L;
  private static final long DAY = 24L * 3600 * 1000;

  private static final long SECOND = 1_000;

  // A node is found when the second after its deadline has begun.
  private static final long LATE = SECOND;

  // Seconds: a clock set back by no more is waited for, one set ahead by as much as the wheel spans
  // has all nodes asked again.
  private static final long PATIENCE = 64;
  private static final long SPAN = 1L << 24;

  // A node sinks from level to level before it is handed out.
  private static final int LEVELS = 4;

  // --- against a model

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void everyExpiredNodeIsHandedOutOnceAndNoneEarly(
      @ForAll @LongRange(min = NOW, max = NOW + 400L * 24 * 3600 * 1000) long begin,
      @ForAll("steps") List<Step> steps) {
    Run run = new Run(begin);
    steps.forEach(run::take);
    run.finish();
  }

  /** A wheel, and a sorted map of what is in it, by the second in which it has to be found. */
  private static final class Run {
    private final ExpiryWheel wheel;
    private final TreeMap<Long, List<Timer>> model = new TreeMap<>();
    private final List<Timer> all = new ArrayList<>();
    private final long begin;
    private long now;
    private long second;
    private long looks;
    private long mayLook;

    Run(long begin) {
      this.begin = begin;
      now = begin;
      second = begin / SECOND;
      wheel = new ExpiryWheel(begin);
    }

    void take(Step step) {
      Timer timer = all.isEmpty() ? null : all.get(step.which % all.size());
      boolean waits = timer != null && timer.waits;
      switch (step.verb) {
        case "add" -> schedule(new Timer(), now + step.millis);
        case "later" -> {
          if (waits) {
            // Needs no call: the node is asked where it was to be found, and put back.
            long found = timer.found;
            place(timer, timer.deadline + Math.abs(step.millis));
            find(timer, Math.max(found, timer.found));
            mayLook += LEVELS;
          }
        }
        case "reschedule" -> {
          if (waits) {
            schedule(timer, now + step.millis);
          }
        }
        case "cancel" -> {
          if (timer != null) {
            wheel.cancel(timer);
            forget(timer);
          }
        }
        case "advance" -> now += Math.abs(step.millis);
        case "back" -> now -= Math.abs(step.millis) / 16;
        default -> poll(step.which + 1);
      }
    }

    private void schedule(Timer timer, long deadline) {
      if (!all.contains(timer)) {
        all.add(timer);
      }
      place(timer, deadline);
      wheel.schedule(timer);
      mayLook += LEVELS;
    }

    private void place(Timer timer, long deadline) {
      timer.deadline = deadline;
      find(timer, Math.max(-Math.floorDiv(-deadline, SECOND), second));
    }

    private void find(Timer timer, long found) {
      forget(timer);
      timer.found = found;
      timer.waits = true;
      model.computeIfAbsent(found, f -> new ArrayList<>()).add(timer);
    }

    private void forget(Timer timer) {
      if (timer.waits) {
        timer.waits = false;
        model.get(timer.found).remove(timer);
      }
    }

    private void poll(int limit) {
      long polled = now / SECOND;
      if (polled < second - PATIENCE || polled - second >= SPAN) {
        // A clock that jumps: all are asked again.
        second = polled;
        List.copyOf(all).stream().filter(t -> t.waits).forEach(t -> place(t, t.deadline));
        mayLook += (long) (LEVELS + 1) * all.size();
      }
      second = Math.max(second, polled + 1);
      int looked = limit;
      while (looked == limit) {
        looked = wheel.poll(now, limit, node -> assertHandedOutRightly((Timer) node));
        assertThat(looked).isLessThanOrEqualTo(limit);
        looks += looked;
      }
      assertThat(model.headMap(polled, true).values()).as("left").allMatch(List::isEmpty);
    }

    private void assertHandedOutRightly(Timer timer) {
      assertThat(timer.waits).as("in the wheel").isTrue();
      assertThat(timer.deadline).as("deadline").isLessThanOrEqualTo(now);
      forget(timer);
    }

    void finish() {
      long last = model.isEmpty() ? second : Math.max(second, model.lastKey());
      now = last * SECOND;
      poll(7);
      assertThat(all).noneMatch(timer -> timer.waits);
      // A node is looked at to hand it out, to sink a level, or where no bucket reaches so far.
      long halfYears = (now - begin) / (150 * DAY) + 1;
      assertThat(looks).isLessThanOrEqualTo(mayLook + halfYears * all.size());
    }
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<String> verbs =
        Arbitraries.frequency(
            Tuple.of(8, "add"),
            Tuple.of(3, "later"),
            Tuple.of(3, "reschedule"),
            Tuple.of(2, "cancel"),
            Tuple.of(6, "advance"),
            Tuple.of(1, "back"),
            Tuple.of(6, "poll"));
    // Of every size from a millisecond to what no bucket reaches.
    Arbitrary<Long> millis =
        Arbitraries.oneOf(
            Arbitraries.longs().between(-3_000, 3_000),
            Arbitraries.longs().between(0, 100_000),
            Arbitraries.longs().between(0, 6_000_000),
            Arbitraries.longs().between(0, 15 * DAY),
            Arbitraries.longs().between(0, 180 * DAY));
    return Combinators.combine(verbs, Arbitraries.integers().between(0, 20), millis)
        .as(Step::new)
        .list()
        .ofMaxSize(60);
  }

  /** One call, or a move of the clock. */
  record Step(String verb, int which, long millis) {}

  // --- corners

  @Test
  void aNodeExpiresWithinTheSecondAfterItsDeadline() {
    for (long ahead : new long[] {1, 877, 878, 999, 1_000, 63_999, 64_000, 65_000, 4_096_000}) {
      ExpiryWheel wheel = new ExpiryWheel(NOW);
      Timer timer = new Timer(NOW + ahead);
      wheel.schedule(timer);
      assertThat(expired(wheel, NOW + ahead - 1)).isEmpty();
      assertThat(expired(wheel, NOW + ahead + LATE)).containsExactly(timer);
      assertThat(expired(wheel, NOW + 400 * DAY)).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {NOW, NOW - 1, 0, -1, Long.MIN_VALUE, Long.MIN_VALUE + 1})
  void aDeadlineInThePastExpiresAtOnce(long deadline) {
    ExpiryWheel wheel = new ExpiryWheel(NOW);
    Timer timer = new Timer(deadline);
    wheel.schedule(timer);
    assertThat(expired(wheel, NOW + LATE)).containsExactly(timer);
  }

  @ParameterizedTest
  @ValueSource(
      longs = {Long.MAX_VALUE, Long.MAX_VALUE - 1, NOW + 1_000 * DAY, 253_402_300_799_999L})
  void aDeadlineBeyondTheLastLevelIsWaitedFor(long deadline) {
    ExpiryWheel wheel = new ExpiryWheel(NOW);
    Timer timer = new Timer(deadline);
    wheel.schedule(timer);
    int looked = 0;
    for (int day = 1; day < 1_000; day++) {
      looked += wheel.poll(NOW + day * DAY, 10, node -> assertThat(node).isNull());
    }
    // Once in half a year or so.
    assertThat(looked).isLessThan(10);
    timer.deadline = NOW + 1_000 * DAY;
    wheel.schedule(timer);
    assertThat(expired(wheel, NOW + 1_000 * DAY + LATE)).containsExactly(timer);
  }

  @Test
  void aNodeMovedToSoonerExpiresThen() {
    ExpiryWheel wheel = new ExpiryWheel(NOW);
    Timer timer = new Timer(NOW + 14 * DAY);
    wheel.schedule(timer);
    timer.deadline = NOW + 5_000;
    wheel.schedule(timer);
    assertThat(expired(wheel, NOW + 5_000 + LATE)).containsExactly(timer);
    assertThat(expired(wheel, NOW + 15 * DAY)).isEmpty();
  }

  @Test
  void whatIsScheduledTwiceOrCancelledTwiceIsThereOnceOrNotAtAll() {
    ExpiryWheel wheel = new ExpiryWheel(NOW);
    Timer kept = new Timer(NOW + 1_000);
    Timer dropped = new Timer(NOW + 1_000);
    wheel.cancel(dropped);
    for (int i = 0; i < 3; i++) {
      wheel.schedule(kept);
      wheel.schedule(dropped);
    }
    wheel.cancel(dropped);
    wheel.cancel(dropped);
    assertThat(expired(wheel, NOW + 3_000)).containsExactly(kept);
    wheel.schedule(dropped);
    assertThat(expired(wheel, NOW + 5_000)).containsExactly(dropped);
  }

  // --- a clock that jumps

  @Test
  void aJumpOfDecadesIsNotCountedSecondBySecond() {
    ExpiryWheel wheel = new ExpiryWheel(0);
    Timer timer = new Timer(DAY);
    Timer later = new Timer(NOW + DAY);
    wheel.schedule(timer);
    wheel.schedule(later);
    // Second by second it would take the better part of a minute.
    assertTimeoutPreemptively(
        Duration.ofSeconds(5), () -> assertThat(expired(wheel, NOW)).containsExactly(timer));
    assertThat(expired(wheel, NOW + DAY + LATE)).containsExactly(later);
  }

  @Test
  void aClockSetBackDelaysNothingForLong() {
    ExpiryWheel wheel = new ExpiryWheel(NOW);
    Timer before = new Timer(NOW + 1_000 * DAY);
    wheel.schedule(before);
    assertThat(expired(wheel, NOW + 999 * DAY)).isEmpty();
    Timer after = new Timer(NOW + 5_000);
    wheel.schedule(after);
    assertThat(expired(wheel, NOW)).isEmpty();
    assertThat(expired(wheel, NOW + 5_000 + LATE)).containsExactly(after);
    assertThat(expired(wheel, NOW + 1_000 * DAY - 1)).isEmpty();
    assertThat(expired(wheel, NOW + 1_000 * DAY + LATE)).containsExactly(before);
  }

  @Test
  void aClockSetBackALittleCostsNoLookAtWhatLives() {
    ExpiryWheel wheel = new ExpiryWheel(NOW);
    for (int i = 0; i < 1_000; i++) {
      wheel.schedule(new Timer(NOW + 14 * DAY));
    }
    int looked = 0;
    for (int i = 0; i < 100; i++) {
      looked += wheel.poll(NOW + i * 1_000L - (i % 2) * 30_000L, 1_000_000, node -> {});
    }
    assertThat(looked).isZero();
  }

  // --- what it costs

  @Test
  void whatLivesIsNotLookedAtBeforeItsTime() {
    ExpiryWheel wheel = new ExpiryWheel(NOW);
    Random random = new Random(7);
    int live = 20_000;
    for (int i = 0; i < live; i++) {
      wheel.schedule(new Timer(NOW + 14 * DAY + random.nextInt(3_600_000)));
    }
    int looked = 0;
    for (long now = NOW; now < NOW + 3_600_000; now += 1_000) {
      looked += wheel.poll(now, 1_000, node -> {});
    }
    assertThat(looked).isZero();
    // In their whole life each of them is looked at once a level, the last time to hand it out.
    AtomicInteger expired = new AtomicInteger();
    for (long now = NOW + 3_600_000; now < NOW + 14 * DAY + 3_700_000; now += 50_000) {
      looked += wheel.poll(now, Integer.MAX_VALUE, node -> expired.incrementAndGet());
    }
    assertThat(expired.get()).isEqualTo(live);
    assertThat(looked).isLessThanOrEqualTo(LEVELS * live);
  }

  @Test
  void whatPollLooksAtDoesNotGrowWithWhatLives() {
    List<Integer> looked = new ArrayList<>();
    for (int live : new int[] {0, 100, 10_000}) {
      ExpiryWheel wheel = new ExpiryWheel(NOW);
      for (int i = 0; i < live; i++) {
        wheel.schedule(new Timer(NOW + 14 * DAY + i));
      }
      for (int i = 0; i < 500; i++) {
        wheel.schedule(new Timer(NOW + i * 7_000L));
      }
      int sum = 0;
      for (long now = NOW; now < NOW + 3_600_000; now += 10_000) {
        sum += wheel.poll(now, 1_000, node -> {});
      }
      looked.add(sum);
    }
    assertThat(looked.get(0)).isBetween(500, 500 * LEVELS);
    assertThat(looked).containsOnly(looked.get(0));
  }

  @Test
  void activityCostsNoLook() {
    ExpiryWheel wheel = new ExpiryWheel(NOW);
    long idle = 1_800_000;
    Timer[] timers = new Timer[100];
    Arrays.setAll(timers, i -> new Timer(NOW + idle + i));
    Arrays.stream(timers).forEach(wheel::schedule);
    int looked = 0;
    for (long now = NOW; now < NOW + DAY; now += 60_000) {
      for (Timer timer : timers) {
        timer.deadline = now + idle;
      }
      looked += wheel.poll(now, 1_000_000, node -> assertThat(node).isNull());
    }
    // A day has 48 idle timeouts and 1440 touches.
    assertThat(looked).isLessThan(2 * 48 * timers.length);
    assertThat(expired(wheel, NOW + DAY + idle + LATE)).containsExactlyInAnyOrder(timers);
  }

  @Test
  void aPollLooksAtNoMoreThanItIsTold() {
    ExpiryWheel wheel = new ExpiryWheel(NOW);
    for (int i = 0; i < 25; i++) {
      wheel.schedule(new Timer(NOW + 10));
    }
    List<ExpiryWheel.Node> expired = new ArrayList<>();
    List<Integer> looked = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      looked.add(wheel.poll(NOW + 2_000, 10, expired::add));
    }
    assertThat(looked).containsExactly(10, 10, 5, 0);
    assertThat(expired).hasSize(25).doesNotHaveDuplicates();
    assertThat(wheel.poll(NOW + 2_000, 0, expired::add)).isZero();
  }

  // --- threads

  @Test
  void threadsThatScheduleAndCancelWhileOthersPollLoseNothing() throws Exception {
    ExpiryWheel wheel = new ExpiryWheel(NOW);
    AtomicLong clock = new AtomicLong(NOW);
    int each = 20_000;
    List<AtomicInteger> handedOut = new ArrayList<>();
    List<Future<?>> work = new ArrayList<>();
    ExecutorService pool = Executors.newFixedThreadPool(5);
    try {
      for (int t = 0; t < 3; t++) {
        List<CountedTimer> mine = new ArrayList<>();
        Random random = new Random(t);
        for (int i = 0; i < each; i++) {
          mine.add(new CountedTimer());
        }
        mine.forEach(timer -> handedOut.add(timer.times));
        work.add(
            pool.submit(
                () -> {
                  for (CountedTimer timer : mine) {
                    timer.deadline = clock.get() + random.nextInt(100_000);
                    wheel.schedule(timer);
                    CountedTimer dropped = new CountedTimer();
                    dropped.deadline = timer.deadline + 10_000_000;
                    wheel.schedule(dropped);
                    wheel.cancel(dropped);
                  }
                }));
      }
      for (int t = 0; t < 2; t++) {
        work.add(
            pool.submit(
                () -> {
                  for (int i = 0; i < 5_000; i++) {
                    wheel.poll(
                        clock.addAndGet(20),
                        50,
                        node -> ((CountedTimer) node).times.incrementAndGet());
                  }
                }));
      }
      for (Future<?> task : work) {
        task.get(60, TimeUnit.SECONDS);
      }
    } finally {
      pool.shutdownNow();
    }
    wheel.poll(
        clock.get() + 110_000,
        Integer.MAX_VALUE,
        node -> ((CountedTimer) node).times.incrementAndGet());
    assertThat(handedOut).hasSize(3 * each).allMatch(times -> times.get() == 1);
    assertThat(expired(wheel, clock.get() + DAY)).isEmpty();
  }

  private static List<ExpiryWheel.Node> expired(ExpiryWheel wheel, long now) {
    List<ExpiryWheel.Node> expired = new ArrayList<>();
    wheel.poll(now, Integer.MAX_VALUE, expired::add);
    return expired;
  }

  private static class Timer extends ExpiryWheel.Node {
    volatile long deadline;
    private boolean waits;
    private long found;

    Timer() {}

    Timer(long deadline) {
      this.deadline = deadline;
    }

    @Override
    long deadlineMillis() {
      return deadline;
    }
  }

  private static final class CountedTimer extends Timer {
    final AtomicInteger times = new AtomicInteger();
  }
}
