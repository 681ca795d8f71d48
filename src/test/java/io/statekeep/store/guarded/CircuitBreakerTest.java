package io.statekeep.store.guarded;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {
  private static final int TIMEOUT = 2000;

  private final AtomicLong nanos = new AtomicLong(-1_000_000_000L);
  private final List<String> changes = new ArrayList<>();
  private final CircuitBreaker breaker =
      new CircuitBreaker(
          TIMEOUT,
          nanos::get,
          new CircuitBreaker.Watch() {
            @Override
            public void opened(String why, boolean again) {
              changes.add(again ? "again" : "opened: " + why);
            }

            @Override
            public void closed(long afterNanos) {
              changes.add("closed after " + TimeUnit.NANOSECONDS.toMillis(afterNanos));
            }
          });

  private void pass(int millis) {
    nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  private void fail(int times) {
    for (int i = 0; i < times; i++) {
      breaker.begin().end(false);
    }
  }

  /** Three calls without an answer within their time. */
  private void open() {
    List<CircuitBreaker.Call> calls = List.of(breaker.begin(), breaker.begin(), breaker.begin());
    pass(TIMEOUT);
    calls.forEach(call -> call.end(false));
    assertThat(breaker.isOpen()).isTrue();
  }

  @Test
  void failuresInARowOpenItWhenTheyHaveGoneOnForAWhile() {
    fail(100);
    pass(499);
    fail(1);
    assertThat(breaker.begin()).isNotNull();
    pass(1);
    fail(1);
    assertThat(breaker.begin()).isNull();
    assertThat(changes).containsExactly("opened: 102 calls in a row failed");
  }

  @Test
  void oneAnswerEndsTheRow() {
    for (int i = 0; i < 100; i++) {
      fail(2);
      pass(400);
      breaker.begin().end(true);
    }
    assertThat(changes).isEmpty();
  }

  @Test
  void aConnectionThatBreaksUnderManyCallsDoesNotOpenIt() {
    List<CircuitBreaker.Call> calls = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      calls.add(breaker.begin());
    }
    pass(20);
    calls.forEach(call -> call.end(false));
    assertThat(breaker.begin()).isNotNull();
  }

  @Test
  void silenceOpensItAlthoughNoCallEnds() {
    breaker.begin();
    breaker.begin();
    breaker.begin();
    pass(TIMEOUT - 1);
    assertThat(breaker.begin()).isNotNull();
    pass(1);
    assertThat(breaker.begin()).isNull();
    assertThat(changes).containsExactly("opened: no answer within 2000 ms");
  }

  @Test
  void aFewLongCallsAreNoSilence() {
    breaker.begin();
    breaker.begin();
    pass(100 * TIMEOUT);
    assertThat(breaker.begin()).isNotNull();
    assertThat(changes).isEmpty();
  }

  @Test
  void thePauseBetweenCallsIsNoSilence() {
    for (int i = 0; i < 10; i++) {
      CircuitBreaker.Call call = breaker.begin();
      pass(1);
      call.end(true);
      pass(100 * TIMEOUT);
    }
    List.of(breaker.begin(), breaker.begin(), breaker.begin(), breaker.begin());
    assertThat(changes).isEmpty();
  }

  @Test
  void anAnswerThatComesLateIsNone() {
    for (int i = 0; i < 3; i++) {
      CircuitBreaker.Call call = breaker.begin();
      pass(TIMEOUT);
      call.end(true);
    }
    assertThat(breaker.begin()).isNull();
  }

  @Test
  void aProbeThatIsAnsweredPutsAFewOnTrialAndTheFirstAnswerClosesIt() {
    open();
    pass(5000);
    breaker.beginProbe().end(true);
    List<CircuitBreaker.Call> trials = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      trials.add(breaker.begin());
    }
    assertThat(trials).doesNotContainNull();
    assertThat(breaker.begin()).isNull();
    assertThat(breaker.isOpen()).isTrue();
    pass(1);
    trials.get(5).end(true);
    assertThat(breaker.isOpen()).isFalse();
    assertThat(breaker.begin()).isNotNull();
    // The others were begun before it closed.
    trials.get(6).end(false);
    assertThat(changes).containsExactly("opened: 3 calls in a row failed", "closed after 5001");
  }

  @Test
  void aProbeThatFailsOrIsLateLeavesItOpen() {
    open();
    breaker.beginProbe().end(false);
    CircuitBreaker.Call late = breaker.beginProbe();
    pass(TIMEOUT);
    late.end(true);
    assertThat(breaker.begin()).isNull();
    assertThat(breaker.needsProbe()).isTrue();
  }

  @Test
  void aTrialThatFailsOpensItAgainWithoutAnotherWord() {
    open();
    breaker.beginProbe().end(true);
    breaker.begin().end(false);
    assertThat(breaker.begin()).isNull();
    assertThat(breaker.needsProbe()).isTrue();
    assertThat(changes).containsExactly("opened: 3 calls in a row failed", "again");
    breaker.beginProbe().end(true);
    breaker.begin().end(true);
    assertThat(breaker.isOpen()).isFalse();
  }

  @Test
  void trialsWithoutAnAnswerOpenItAgain() {
    open();
    breaker.beginProbe().end(true);
    for (int i = 0; i < 8; i++) {
      breaker.begin();
    }
    pass(TIMEOUT);
    assertThat(breaker.begin()).isNull();
    assertThat(breaker.needsProbe()).isTrue();
  }

  @Test
  void probesAreNoTrials() {
    open();
    breaker.beginProbe().end(true);
    for (int i = 0; i < 100; i++) {
      breaker.beginProbe().end(i % 2 == 0);
    }
    assertThat(breaker.needsProbe()).isFalse();
    assertThat(breaker.isOpen()).isTrue();
    assertThat(breaker.begin()).isNotNull();
  }

  @Test
  void whatBeganBeforeItOpenedDoesNotCountLater() {
    CircuitBreaker.Call old = breaker.begin();
    open();
    old.end(true);
    assertThat(breaker.begin()).isNull();
    breaker.beginProbe().end(true);
    breaker.begin().end(true);
    List<CircuitBreaker.Call> fresh = List.of(breaker.begin(), breaker.begin());
    old.end(false);
    fresh.forEach(call -> call.end(false));
    assertThat(breaker.isOpen()).isFalse();
  }
}
