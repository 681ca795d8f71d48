package io.statekeep.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** A session that records only some of its activity lives as if it recorded all of it, nearly. */
class LifetimeProperties {
  private static final long BEGIN = 1_770_000_000_000L;

  @Property(tries = 500)
  void aSessionNeverEndsEarlyAndAtMostOneTouchIntervalLate(
      @ForAll @LongRange(min = 1, max = 100_000) long idle,
      @ForAll @LongRange(max = 100_000) long interval,
      @ForAll("shares") @Size(max = 40) List<Double> shares) {
    SessionPolicy policy = policy(idle, SessionPolicy.NO_LIMIT, interval);
    long slack = Math.min(interval, idle / 2);
    Lifetime life = Lifetime.begin(policy, BEGIN);
    long lastActivity = BEGIN;
    long now = BEGIN;
    int written = 0;
    for (double share : shares) {
      now += Math.round(share * idle);
      assertLivesAsLongAs(life, lastActivity, idle, slack);
      if (!life.isLive(now)) {
        assertThat(now).isGreaterThanOrEqualTo(lastActivity + idle);
        return;
      }
      lastActivity = now;
      if (life.touchDue(policy, now)) {
        life = life.touched(policy, now);
        written++;
      }
      assertThat(life.lastSeenAt()).isLessThanOrEqualTo(now);
    }
    assertLivesAsLongAs(life, lastActivity, idle, slack);
    // A touch an interval, whatever the reads.
    assertThat(written * slack).isLessThanOrEqualTo(now - BEGIN);
  }

  @Property(tries = 500)
  void noActivityOrChangePassesTheAbsoluteDeadline(
      @ForAll @LongRange(min = 1, max = 100_000) long idle,
      @ForAll @LongRange(min = 1, max = 1_000_000) long absolute,
      @ForAll("changes") @Size(max = 20) List<Change> changes) {
    SessionPolicy policy = policy(idle, absolute, 0);
    Lifetime life = Lifetime.begin(policy, BEGIN);
    long now = BEGIN;
    for (Change change : changes) {
      now += change.after;
      if (!life.isLive(now)) {
        return;
      }
      life =
          change.expiry == null
              ? life.touched(policy, now)
              : life.changed(change.expiry, policy, now);
      assertThat(life.createdAt()).isEqualTo(BEGIN);
      assertThat(life.absoluteExpiresAt()).isEqualTo(BEGIN + absolute);
      assertThat(life.expiresAt()).isLessThanOrEqualTo(BEGIN + absolute);
      assertThat(life.idleDeadline()).isLessThanOrEqualTo(life.expiresAt());
    }
  }

  private static void assertLivesAsLongAs(Lifetime life, long activity, long idle, long slack) {
    assertThat(life.isLive(activity + idle - 1)).isTrue();
    assertThat(life.isLive(activity + idle + slack)).isFalse();
    // What clients are told is never later than what they may count on.
    assertThat(life.idleDeadline()).isLessThanOrEqualTo(activity + idle);
    assertThat(life.expiresAt()).isEqualTo(life.idleDeadline() + slack);
  }

  private static SessionPolicy policy(long idle, long absolute, long interval) {
    return new SessionPolicy(idle, absolute, interval, true, 16, 4096);
  }

  /** Parts of the idle timeout, many of them close to none or to the whole. */
  @Provide
  Arbitrary<List<Double>> shares() {
    return Arbitraries.oneOf(
            Arbitraries.of(0.0, 0.4999, 0.5, 0.9999, 1.0),
            Arbitraries.doubles().between(0, 0.1),
            Arbitraries.doubles().between(0.9, 1.6))
        .list();
  }

  @Provide
  Arbitrary<List<Change>> changes() {
    Arbitrary<Long> millis = Arbitraries.longs().between(1, 2_000_000);
    Arbitrary<ExpiryChange> expiry =
        Arbitraries.oneOf(
            millis.map(idle -> new ExpiryChange(idle, null, null)),
            millis.map(after -> new ExpiryChange(null, BEGIN + after, true)),
            Arbitraries.of(true, false).map(kept -> new ExpiryChange(null, null, kept)));
    return Combinators.combine(Arbitraries.longs().between(0, 50_000), expiry.injectNull(0.5))
        .as(Change::new)
        .list();
  }

  /** Activity or, with an expiry, a change of the session's life. */
  record Change(long after, ExpiryChange expiry) {}
}
