package io.statekeep.session;

import static io.statekeep.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** How long a session and its cookie live, as its requests say. */
class SessionExpiryTest {
  private final Deployment deployment = new Deployment();
  private final Deployment.Browser browser = deployment.browser();

  @Test
  void aSessionLivesByThePolicyUnlessToldOtherwise() {
    assertThat(maxAge(browser.does(session -> session.put("a", 1))))
        .isEqualTo(Deployment.IDLE_SECONDS);
    advance(Duration.ofSeconds(Deployment.IDLE_SECONDS).minusMillis(1));
    assertThat(browser.reads("a")).isEqualTo(1);
    // That was activity: it lives on from there.
    advance(Duration.ofSeconds(Deployment.IDLE_SECONDS).minusMillis(1));
    assertThat(browser.reads("a")).isEqualTo(1);
    advance(Duration.ofSeconds(Deployment.IDLE_SECONDS + 60));
    assertThat(browser.reads("a")).isNull();
  }

  @Test
  void aDurationIsCountedFromTheLastActivity() {
    CookieChange change =
        browser.does(session -> session.put("a", 1).expireAfter(Duration.ofSeconds(10)));
    assertThat(maxAge(change)).isEqualTo(10);
    for (int i = 0; i < 5; i++) {
      advance(Duration.ofSeconds(9));
      assertThat(browser.reads("a")).isEqualTo(1);
    }
    advance(Duration.ofSeconds(15));
    assertThat(browser.reads("a")).isNull();
  }

  @Test
  void aDurationIsSetForASessionThatLives() {
    browser.does(session -> session.put("a", 1));
    String token = browser.token();
    advance(Duration.ofSeconds(30));
    assertThat(maxAge(browser.does(session -> session.expireAfter(Duration.ofDays(2)))))
        .isEqualTo(2 * 24 * 3600);
    assertThat(browser.token()).isEqualTo(token);
    advance(Duration.ofDays(2).minusMillis(1));
    assertThat(deployment.isLive(token)).isTrue();
    advance(Duration.ofMillis(60_001));
    assertThat(deployment.isLive(token)).isFalse();
  }

  @Test
  void aMomentEndsTheSessionWhateverTheActivity() {
    Instant moment = deployment.clock.instant().plusSeconds(100);
    assertThat(maxAge(browser.does(session -> session.put("a", 1).expireAt(moment))))
        .isEqualTo(100);
    deployment.watched.calls();
    advance(Duration.ofMillis(99_999));
    Session session = browser.opens();
    assertThat(await(session.get("a"))).contains(1);
    assertThat(await(session.commit())).isEqualTo(CookieChange.NONE);
    assertThat(deployment.watched.calls()).containsExactly("visit");
    advance(Duration.ofMillis(1));
    assertThat(browser.reads("a")).isNull();
  }

  @Test
  void aMomentInThePastEndsTheSessionAndItsCookie() {
    Instant past = deployment.clock.instant().minusMillis(1);
    browser.does(session -> session.put("a", 1));
    String token = browser.token();
    assertThat(maxAge(browser.does(session -> session.expireAt(past)))).isZero();
    assertThat(deployment.isLive(token)).isFalse();
    assertThat(maxAge(deployment.browser().does(session -> session.put("a", 1).expireAt(past))))
        .isZero();
    assertThat(await(deployment.open(token).put("b", 1).exists())).isFalse();
  }

  @Test
  void aCookieOfTheBrowserSessionIsSetOnceAndHasNoEnd() {
    browser.does(session -> session.put("a", 1));
    advance(Duration.ofSeconds(10));
    assertThat(browser.does(Session::expireWithBrowser))
        .isEqualTo(new CookieChange.Keep(new SessionToken(browser.token()), null));
    for (int i = 0; i < 3; i++) {
      advance(Duration.ofMinutes(5));
      deployment.watched.calls();
      Session reading = browser.opens();
      assertThat(await(reading.get("a"))).isPresent();
      assertThat(await(reading.commit())).isEqualTo(CookieChange.NONE);
      assertThat(deployment.watched.calls()).as("the touch").containsExactly("visit", "save");
      assertThat(browser.does(session -> session.put("a", 2))).isEqualTo(CookieChange.NONE);
    }
    // The server's side of it ends by the policy.
    advance(Duration.ofSeconds(Deployment.IDLE_SECONDS + 60));
    assertThat(browser.reads("a")).isNull();
  }

  @Test
  void aNewTokenIsSentEvenIfItEndsWithTheBrowserSession() {
    browser.does(session -> session.put("a", 1).expireWithBrowser());
    String first = browser.token();
    CookieChange cycled = browser.does(Session::cycleKey);
    assertThat(cycled).isEqualTo(new CookieChange.Keep(new SessionToken(browser.token()), null));
    CookieChange login = browser.does(session -> session.login("alice"));
    assertThat(login).isEqualTo(new CookieChange.Keep(new SessionToken(browser.token()), null));
    assertThat(browser.token()).isNotEqualTo(first);
    assertThat(browser.reads("a")).isEqualTo(1);
  }

  @Test
  void thePolicyIsRestored() {
    browser.does(session -> session.put("a", 1).expireWithBrowser());
    browser.does(session -> session.expireAt(deployment.clock.instant().plusSeconds(5)));
    assertThat(maxAge(browser.does(Session::expireByPolicy))).isEqualTo(Deployment.IDLE_SECONDS);
    assertThat(deployment.stored(browser.token()).lifetime())
        .isEqualTo(Lifetime.begin(Deployment.POLICY, deployment.clock.millis()));
  }

  @Test
  void thePolicyMayBeThatCookiesEndWithTheBrowserSession() {
    SessionPolicy policy =
        new SessionPolicy(60_000, SessionPolicy.NO_LIMIT, 1_000, false, 16, 4096);
    Deployment other = new Deployment(policy);
    Deployment.Browser client = other.browser();
    CookieChange change = client.does(session -> session.put("a", 1));
    assertThat(change).isEqualTo(new CookieChange.Keep(new SessionToken(client.token()), null));
    assertThat(maxAge(client.does(session -> session.expireAfter(Duration.ofSeconds(30)))))
        .isEqualTo(30);
    assertThat(client.does(Session::expireByPolicy)).isEqualTo(change);
  }

  @Test
  void theCookieDoesNotEndBeforeTheSessionByAFractionOfASecond() {
    for (int millis : new int[] {1, 999, 1_000, 1_001, 1_500}) {
      CookieChange change =
          deployment
              .browser()
              .does(session -> session.put("a", 1).expireAfter(Duration.ofMillis(millis)));
      assertThat(maxAge(change)).isEqualTo(millis <= 1_000 ? 1 : 2);
    }
  }

  @Test
  void theCookieDoesNotOutliveTheAbsoluteDeadline() {
    SessionPolicy policy = new SessionPolicy(60_000, 100_000, 1_000, true, 16, 4096);
    Deployment other = new Deployment(policy);
    Deployment.Browser client = other.browser();
    client.does(session -> session.put("a", 1));
    other.clock.advance(Duration.ofSeconds(50));
    assertThat(maxAge(client.does(session -> session.put("a", 2)))).isEqualTo(50);
    assertThat(maxAge(client.does(session -> session.expireAfter(Duration.ofDays(1)))))
        .isEqualTo(50);
    other.clock.advance(Duration.ofSeconds(49));
    assertThat(maxAge(client.does(Session::cycleKey))).isEqualTo(1);
    other.clock.advance(Duration.ofSeconds(1));
    assertThat(client.reads("a")).isNull();
  }

  @Test
  void anExpiryWithoutASessionIsKeptForTheOneThatBegins() {
    String dead = deployment.deadToken();
    CookieChange change =
        await(deployment.open(dead).expireAfter(Duration.ofSeconds(7)).put("a", 1).commit());
    assertThat(maxAge(change)).isEqualTo(7);
  }

  private void advance(Duration by) {
    deployment.clock.advance(by);
  }

  private static Long maxAge(CookieChange change) {
    assertThat(change).isInstanceOf(CookieChange.Keep.class);
    return ((CookieChange.Keep) change).maxAgeSeconds();
  }
}
