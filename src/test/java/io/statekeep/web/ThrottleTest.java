package io.statekeep.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.testing.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class ThrottleTest {
  private static final int LIMIT = 10;

  private final ManualClock clock = new ManualClock();
  private final Throttle throttle = new Throttle(LIMIT, Duration.ofMinutes(1), clock);

  private void useUp(String key) {
    for (int i = 0; i < LIMIT; i++) {
      assertThat(throttle.tryAfter(key)).as("try " + (i + 1)).isZero();
    }
  }

  @Test
  void tenTriesPassAndTheEleventhIsToldWhenToComeBack() {
    useUp("alice");
    assertThat(throttle.tryAfter("alice")).isEqualTo(60);
  }

  @Test
  void theSecondsLeftAreThoseOfTheWindowThatTheFirstTryBegan() {
    throttle.tryAfter("alice");
    clock.advance(Duration.ofSeconds(50));
    for (int i = 1; i < LIMIT; i++) {
      assertThat(throttle.tryAfter("alice")).isZero();
    }
    assertThat(throttle.tryAfter("alice")).isEqualTo(10);
    clock.advance(Duration.ofMillis(1));
    assertThat(throttle.tryAfter("alice")).isEqualTo(10);
    clock.advance(Duration.ofMillis(9998));
    assertThat(throttle.tryAfter("alice")).isEqualTo(1);
  }

  @Test
  void whoComesBackWhenToldMayGoOn() {
    useUp("alice");
    clock.advance(Duration.ofSeconds(throttle.tryAfter("alice")));
    useUp("alice");
    assertThat(throttle.tryAfter("alice")).isEqualTo(60);
  }

  @Test
  void aRefusedTryDoesNotMakeTheWaitLonger() {
    useUp("alice");
    for (int i = 0; i < 1000; i++) {
      assertThat(throttle.tryAfter("alice")).isEqualTo(60);
    }
    clock.advance(Duration.ofMinutes(1));
    assertThat(throttle.tryAfter("alice")).isZero();
  }

  @Test
  void keysAreCountedApart() {
    useUp("name alice");
    assertThat(throttle.tryAfter("name alice")).isPositive();
    for (String other : List.of("name bob", "name Alice", "name alice ", "client alice", "")) {
      assertThat(throttle.tryAfter(other)).as(other).isZero();
    }
  }

  @Test
  void longKeysThatDifferAtTheEndAreTwo() {
    String start = "n".repeat(10_000);
    useUp(start + "1");
    assertThat(throttle.tryAfter(start + "1")).isPositive();
    assertThat(throttle.tryAfter(start + "2")).isZero();
  }

  @Test
  void exactlyTheLimitPassesOfConcurrentTries() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<Long>> tries = new ArrayList<>();
      for (int i = 0; i < 500; i++) {
        tries.add(threads.submit(() -> throttle.tryAfter("alice")));
      }
      int passed = 0;
      for (Future<Long> one : tries) {
        passed += one.get() == 0 ? 1 : 0;
      }
      assertThat(passed).isEqualTo(LIMIT);
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aFloodOfKeysIsForgottenAndNotKept() {
    assertBounded(600_000, "");
    useUp("bob");
    assertThat(throttle.tryAfter("bob")).isPositive();
  }

  @Test
  void longKeysAreNotKept() {
    assertBounded(30_000, "x".repeat(8_000));
  }

  /** Tries so many keys with this end, which would take more than the bound if all were kept. */
  private void assertBounded(int keys, String end) {
    long before = usedMemory();
    for (int i = 0; i < keys; i++) {
      throttle.tryAfter(i + end);
    }
    assertThat(usedMemory() - before).isLessThan(64L << 20);
    // Of use until here: nothing of it was garbage when the memory was counted.
    assertThat(throttle.tryAfter("alice")).isZero();
  }

  @SuppressWarnings("SystemGc") // What is still reachable is to be counted.
  private static long usedMemory() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
