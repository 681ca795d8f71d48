package io.statekeep.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LifetimeTest {
  private static final long NOW = Instant.parse("2026-02-03T04:05:06.789Z").toEpochMilli();
  private static final long CENTURY = Duration.ofDays(36_525).toMillis();
  private static final long MINUTE = 60_000;
  private static final long HOUR = 60 * MINUTE;

  @Test
  void aSessionBeginsWithItsIdleTimeoutAndOneTouchInterval() {
    Lifetime life = Lifetime.begin(policy(HOUR, MINUTE), NOW);
    assertThat(life)
        .isEqualTo(new Lifetime(NOW, NOW, HOUR, NOW + HOUR + MINUTE, SessionPolicy.NO_LIMIT, true));
    assertThat(life.slides()).isTrue();
    assertThat(life.idleDeadline()).isEqualTo(NOW + HOUR);
    assertThat(life.isLive(NOW + HOUR + MINUTE - 1)).isTrue();
    assertThat(life.isLive(NOW + HOUR + MINUTE)).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    // idle, touch interval, the interval that counts
    "3600000, 60000, 60000",
    "120000, 60000, 60000",
    "119999, 60000, 59999",
    "119998, 60000, 59999",
    "1000, 60000, 500",
    "2, 60000, 1",
    "1, 60000, 0",
    "3600000, 0, 0",
  })
  void theTouchIntervalIsAtMostHalfTheIdleTimeout(long idle, long interval, long counts) {
    SessionPolicy policy = policy(idle, interval);
    Lifetime life = Lifetime.begin(policy, NOW);
    assertThat(life.expiresAt()).isEqualTo(NOW + idle + counts);
    assertThat(life.idleDeadline()).isEqualTo(NOW + idle);
    assertThat(life.touchDue(policy, NOW)).isFalse();
    long due = Math.max(1, counts);
    assertThat(life.touchDue(policy, NOW + due - 1)).isFalse();
    assertThat(life.touchDue(policy, NOW + due)).isTrue();
  }

  @Test
  void theIntervalFollowsTheSessionsOwnIdleTimeout() {
    SessionPolicy policy = policy(HOUR, MINUTE);
    Lifetime brief =
        Lifetime.begin(policy, NOW).changed(ExpiryChange.idle(Duration.ofSeconds(10)), policy, NOW);
    assertThat(brief.expiresAt()).isEqualTo(NOW + 15_000);
    assertThat(brief.touchDue(policy, NOW + 4_999)).isFalse();
    assertThat(brief.touchDue(policy, NOW + 5_000)).isTrue();
    assertThat(brief.touched(policy, NOW + 5_000).expiresAt()).isEqualTo(NOW + 20_000);
  }

  @Test
  void aTouchMovesTheDeadlineAndNothingElse() {
    SessionPolicy policy = policy(HOUR, MINUTE);
    Lifetime life = Lifetime.begin(policy, NOW).touched(policy, NOW + 5 * MINUTE);
    assertThat(life)
        .isEqualTo(
            new Lifetime(
                NOW,
                NOW + 5 * MINUTE,
                HOUR,
                NOW + 6 * MINUTE + HOUR,
                SessionPolicy.NO_LIMIT,
                true));
  }

  @Test
  void aClockThatWasSetBackMakesNoTouchDue() {
    SessionPolicy policy = policy(HOUR, 0);
    Lifetime life = Lifetime.begin(policy, NOW);
    assertThat(life.touchDue(policy, NOW - HOUR)).isFalse();
    assertThat(life.isLive(NOW - HOUR)).isTrue();
  }

  @Test
  void nothingMovesTheAbsoluteDeadline() {
    SessionPolicy policy = new SessionPolicy(HOUR, 3 * HOUR, MINUTE, true, 16, 4096);
    long end = NOW + 3 * HOUR;
    Lifetime life = Lifetime.begin(policy, NOW);
    assertThat(life.absoluteExpiresAt()).isEqualTo(end);
    for (Lifetime later :
        new Lifetime[] {
          life.touched(policy, end - 1),
          life.changed(ExpiryChange.idle(Duration.ofDays(1)), policy, end - 1),
          life.changed(ExpiryChange.after(Duration.ofDays(1)), policy, NOW),
          life.changed(ExpiryChange.at(Instant.ofEpochMilli(end + 1)), policy, NOW),
          life.changed(ExpiryChange.byPolicy(policy), policy, end - MINUTE),
          life.changed(ExpiryChange.withBrowser(policy), policy, end - MINUTE),
        }) {
      assertThat(later.absoluteExpiresAt()).isEqualTo(end);
      assertThat(later.expiresAt()).isEqualTo(end);
      assertThat(later.idleDeadline()).isLessThanOrEqualTo(end);
      assertThat(later.isLive(end)).isFalse();
    }
  }

  @Test
  void aFixedDeadlineHoldsWhateverTheActivity() {
    SessionPolicy policy = policy(HOUR, 0);
    Instant moment = Instant.ofEpochMilli(NOW + 5 * MINUTE);
    Lifetime life = Lifetime.begin(policy, NOW).changed(ExpiryChange.at(moment), policy, NOW + 1);
    assertThat(life.slides()).isFalse();
    assertThat(life.expiresAt()).isEqualTo(moment.toEpochMilli());
    assertThat(life.idleDeadline()).isEqualTo(moment.toEpochMilli());
    assertThat(life.touchDue(policy, NOW + 4 * MINUTE)).isFalse();
    assertThat(life.isLive(moment.toEpochMilli() - 1)).isTrue();
    assertThat(life.isLive(moment.toEpochMilli())).isFalse();
    Lifetime again = life.changed(ExpiryChange.byPolicy(policy), policy, NOW + MINUTE);
    assertThat(again.slides()).isTrue();
    assertThat(again.idleDeadline()).isEqualTo(NOW + MINUTE + HOUR);
  }

  @Test
  void aChangeLeavesWhatItDoesNotName() {
    SessionPolicy policy = policy(HOUR, MINUTE);
    Lifetime life = Lifetime.begin(policy, NOW);
    ExpiryChange browser = new ExpiryChange(null, null, false);
    assertThat(life.changed(browser, policy, NOW + MINUTE))
        .isEqualTo(new Lifetime(NOW, NOW, HOUR, life.expiresAt(), SessionPolicy.NO_LIMIT, false));
    Lifetime other = life.changed(ExpiryChange.withBrowser(policy), policy, NOW);
    assertThat(other.changed(ExpiryChange.idle(Duration.ofHours(2)), policy, NOW).persistent())
        .isFalse();
    assertThat(other.changed(ExpiryChange.after(Duration.ofHours(2)), policy, NOW).persistent())
        .isTrue();
    assertThat(other.changed(ExpiryChange.byPolicy(policy), policy, NOW).persistent()).isTrue();
  }

  @Test
  void anIdleTimeoutIsAtLeastAMillisecond() {
    for (Duration none :
        new Duration[] {
          Duration.ZERO,
          Duration.ofNanos(999_999),
          Duration.ofSeconds(-1),
          Duration.ofSeconds(Long.MIN_VALUE)
        }) {
      assertThatThrownBy(() -> ExpiryChange.after(none))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> ExpiryChange.idle(none))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(ExpiryChange.idle(Duration.ofMillis(1)).idleTimeout()).isEqualTo(1);
  }

  // --- far away

  @ParameterizedTest
  @ValueSource(
      longs = {
        Long.MAX_VALUE,
        Long.MAX_VALUE - 1,
        Long.MAX_VALUE / 3 * 2,
        Long.MAX_VALUE / 3 * 2 + 2,
        Long.MAX_VALUE / 2,
        1L << 53,
        1L << 48,
      })
  void aTimeTooLongToCountIsAsLongAsCanBe(long far) {
    SessionPolicy[] policies = {
      policy(far, MINUTE),
      policy(far, far),
      policy(HOUR, far),
      new SessionPolicy(far, far, far, true, 16, 4096)
    };
    for (SessionPolicy policy : policies) {
      Lifetime begun = Lifetime.begin(policy, NOW);
      assertEndsFarAway(begun, policy.idleTimeout() == HOUR ? HOUR : CENTURY);
      ExpiryChange later = ExpiryChange.idle(Duration.ofMillis(far));
      assertEndsFarAway(begun.changed(later, policy, NOW), CENTURY);
      assertEndsFarAway(begun.changed(later, policy, NOW).touched(policy, NOW + HOUR), CENTURY);
      ExpiryChange fixed = ExpiryChange.at(Instant.ofEpochMilli(far));
      assertEndsFarAway(begun.changed(fixed, policy, NOW), CENTURY);
    }
  }

  @Test
  void aMomentBeyondAllCountingIsTheLastOrTheFirst() {
    SessionPolicy policy = policy(HOUR, MINUTE);
    Lifetime life = Lifetime.begin(policy, NOW);
    Duration forever = ChronoUnit.FOREVER.getDuration();
    assertEndsFarAway(life.changed(ExpiryChange.after(forever), policy, NOW), CENTURY);
    assertEndsFarAway(life.changed(ExpiryChange.idle(forever), policy, NOW), CENTURY);
    assertEndsFarAway(life.changed(ExpiryChange.at(Instant.MAX), policy, NOW), CENTURY);
    for (Instant past : new Instant[] {Instant.MIN, Instant.ofEpochMilli(Long.MIN_VALUE)}) {
      Lifetime ended = life.changed(ExpiryChange.at(past), policy, NOW);
      assertThat(ended.isLive(0)).isFalse();
      assertThat(ended.idleDeadline()).isEqualTo(ended.expiresAt());
    }
  }

  /** Stores count in doubles, and clients read RFC 3339: neither knows what comes later. */
  private static void assertEndsFarAway(Lifetime life, long left) {
    assertThat(life.isLive(NOW + left - 1)).isTrue();
    assertThat(life.idleDeadline()).isBetween(NOW + left, life.expiresAt());
    assertThat(Instant.ofEpochMilli(life.expiresAt()).toString())
        .hasSize("2026-02-03T04:05:06.789Z".length());
    assertThat((long) (double) life.idleTimeout()).isEqualTo(life.idleTimeout());
  }

  private static SessionPolicy policy(long idle, long touchInterval) {
    return new SessionPolicy(idle, SessionPolicy.NO_LIMIT, touchInterval, true, 16, 4096);
  }
}
