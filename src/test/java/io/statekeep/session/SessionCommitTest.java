package io.statekeep.session;

import static io.statekeep.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a commit writes, what it tells the client, and what it refuses. */
class SessionCommitTest {
  private final Deployment deployment = new Deployment();
  private final Deployment.Browser browser = deployment.browser();

  // --- the cookie

  @Test
  void aPersistentCookieIsSentAgainExactlyWhenATouchWasWritten() {
    browser.does(session -> session.put("a", 1));
    int sent = 0;
    for (int i = 0; i < 30; i++) {
      deployment.clock.advance(Duration.ofSeconds(20).plusMillis(i % 3));
      SessionRecord before = deployment.stored(browser.token());
      deployment.watched.calls();
      Session session = browser.opens();
      assertThat(await(session.get("a"))).contains(1);
      CookieChange change = await(session.commit());
      boolean touched = !deployment.stored(browser.token()).equals(before);
      assertThat(deployment.watched.calls())
          .containsExactlyElementsOf(touched ? List.of("visit", "save") : List.of("visit"));
      assertThat(change)
          .isEqualTo(touched ? keep(browser.token(), Deployment.IDLE_SECONDS) : CookieChange.NONE);
      sent += touched ? 1 : 0;
    }
    // Ten minutes and a little, a touch a minute.
    assertThat(sent).isEqualTo(10);
  }

  @Test
  void aPersistentCookieIsSentAgainWhenASaveWasWritten() {
    browser.does(session -> session.put("a", 1));
    String token = browser.token();
    for (Consumer<Session> change : changes()) {
      assertThat(browser.does(change)).isEqualTo(keep(token, Deployment.IDLE_SECONDS));
    }
  }

  private static List<Consumer<Session>> changes() {
    return List.of(
        session -> session.put("a", 2),
        session -> session.putIfAbsent("a", 3),
        session -> session.remove("a"),
        session -> session.remove("a"),
        Session::clear,
        session -> await(session.increment("n", 1)));
  }

  @Test
  void aTouchThatSomebodyElseHadJustMadeIsNotWrittenAgain() {
    browser.does(session -> session.put("a", 1));
    deployment.clock.advance(Duration.ofMinutes(2));
    Session one = browser.opens();
    Session two = browser.opens();
    await(one.get("a"));
    await(two.get("a"));
    assertThat(await(one.commit())).isInstanceOf(CookieChange.Keep.class);
    SessionRecord touched = deployment.stored(browser.token());
    assertThat(await(two.commit())).isEqualTo(CookieChange.NONE);
    assertThat(deployment.stored(browser.token())).isEqualTo(touched);
  }

  // --- whose token it is

  @Test
  void anUnknownTokenIsNeverAdopted() {
    browser.does(session -> session.put("a", 1));
    String ended = browser.token();
    browser.does(Session::flush);
    for (String planted : List.of(deployment.deadToken(), ended)) {
      for (Consumer<Session> creating :
          List.<Consumer<Session>>of(
              session -> session.put("a", 1),
              session -> await(session.put("a", 1).get("a")),
              session -> session.putIfAbsent("a", 1),
              session -> session.cycleKey().put("a", 1),
              session -> session.login("alice"),
              session -> session.flush().put("a", 1))) {
        Session session = deployment.open(planted);
        creating.accept(session);
        CookieChange.Keep given = (CookieChange.Keep) await(session.commit());
        assertThat(given.token().value()).isNotEqualTo(planted);
        assertThat(deployment.isLive(given.token().value())).isTrue();
        assertThat(deployment.isLive(planted)).isFalse();
      }
    }
  }

  // --- what ended stays ended

  @Test
  void aSessionThatEndedWhileARequestUsedItIsRefusedAndStaysEnded() {
    for (Consumer<Session> change : changes()) {
      browser.does(session -> session.put("a", 1));
      Session request = browser.opens();
      await(request.get("a"));
      deployment.open(browser.token()).flush().commit();
      assertThatThrownBy(
              () -> {
                change.accept(request);
                await(request.commit());
              })
          .isInstanceOfSatisfying(
              SessionRefusedException.class,
              refused -> assertThat(refused.outcome()).isEqualTo(SaveOutcome.GONE));
      assertThat(deployment.isLive(browser.token())).isFalse();
      assertThat(deployment.store.size()).isZero();
    }
  }

  @Test
  void aNewTokenForASessionThatEndedMeanwhileIsRefused() {
    browser.does(session -> session.put("a", 1));
    Session request = browser.opens().cycleKey();
    await(request.exists());
    deployment.open(browser.token()).flush().commit();
    assertThatThrownBy(() -> await(request.commit())).isInstanceOf(SessionRefusedException.class);
    assertThat(deployment.store.size()).isZero();
  }

  @Test
  void aSessionThatExpiredWhileARequestUsedItIsRefused() {
    browser.does(session -> session.put("a", 1));
    Session request = browser.opens();
    await(request.get("a"));
    deployment.clock.advance(Duration.ofSeconds(Deployment.IDLE_SECONDS + 60));
    assertThatThrownBy(() -> await(request.put("a", 2).commit()))
        .isInstanceOf(SessionRefusedException.class);
    assertThat(deployment.isLive(browser.token())).isFalse();
  }

  @Test
  void aSessionThatEndedAfterAnIncrementIsRefused() {
    browser.does(session -> session.put("n", 1));
    Session request = browser.opens();
    await(request.increment("n", 1));
    deployment.open(browser.token()).flush().commit();
    assertThatThrownBy(() -> await(request.put("a", 2).commit()))
        .isInstanceOf(SessionRefusedException.class);
    assertThat(deployment.store.size()).isZero();
  }

  @Test
  void aReadOfASessionThatEndedMeanwhileWasGoodAndWritesNothing() {
    browser.does(session -> session.put("a", 1));
    deployment.clock.advance(Duration.ofMinutes(2));
    Session request = browser.opens();
    assertThat(await(request.get("a"))).contains(1);
    deployment.open(browser.token()).flush().commit();
    assertThat(await(request.commit())).isEqualTo(CookieChange.NONE);
    assertThat(deployment.store.size()).isZero();
  }

  @Test
  void aSessionThatWasNeverSeenAliveBeginsAnew() {
    browser.does(session -> session.put("a", 1));
    String ended = browser.token();
    deployment.open(ended).flush().commit();
    deployment.watched.calls();
    browser.does(session -> session.put("b", 2));
    assertThat(browser.token()).isNotEqualTo(ended);
    assertThat(deployment.stored(browser.token()).attributes().toJson()).isEqualTo("{\"b\":2}");
    assertThat(deployment.isLive(ended)).isFalse();
    // Whoever looked first and found nothing asks once less.
    Session looked = deployment.open(ended);
    assertThat(await(looked.get("b"))).isEmpty();
    deployment.watched.calls();
    assertThat(await(looked.put("b", 3).commit())).isInstanceOf(CookieChange.Keep.class);
    assertThat(deployment.watched.calls()).containsExactly("create");
  }

  // --- within the grace of a rotation

  @Test
  void withinTheGraceTheOldTokenReads() {
    browser.does(session -> session.put("a", 1));
    String fresh = deployment.rotateWithGrace(browser.token(), Duration.ofSeconds(10));
    deployment.clock.advance(Duration.ofSeconds(9));
    Session request = browser.opens();
    assertThat(await(request.get("a"))).contains(1);
    assertThat(await(request.commit())).isEqualTo(CookieChange.NONE);
    assertThat(deployment.isLive(fresh)).isTrue();
    deployment.clock.advance(Duration.ofSeconds(1));
    assertThat(browser.reads("a")).isNull();
  }

  @Test
  void withinTheGraceAReadWithTheOldTokenIsNoTouch() {
    SessionPolicy policy = new SessionPolicy(60_000, SessionPolicy.NO_LIMIT, 0, true, 16, 4096);
    Deployment eager = new Deployment(policy);
    Deployment.Browser client = eager.browser();
    client.does(session -> session.put("a", 1));
    String fresh = eager.rotateWithGrace(client.token(), Duration.ofSeconds(10));
    SessionRecord before = eager.stored(fresh);
    eager.clock.advance(Duration.ofSeconds(5));
    eager.watched.calls();
    assertThat(client.reads("a")).isEqualTo(1);
    assertThat(eager.watched.calls()).containsExactly("visit");
    assertThat(eager.stored(fresh)).isEqualTo(before);
  }

  @Test
  void withinTheGraceTheOldTokenWritesNothing() {
    browser.does(session -> session.put("a", 1));
    String old = browser.token();
    String fresh = deployment.rotateWithGrace(old, Duration.ofSeconds(10));
    SessionRecord before = deployment.stored(fresh);
    for (Consumer<Session> change : changes()) {
      for (boolean read : new boolean[] {true, false}) {
        Session request = deployment.open(old);
        if (read) {
          await(request.get("a"));
        }
        // A session begun instead would take the place of the fresh token in the client.
        assertThatThrownBy(
                () -> {
                  change.accept(request);
                  await(request.commit());
                })
            .isInstanceOfSatisfying(
                SessionRefusedException.class,
                refused -> assertThat(refused.outcome()).isEqualTo(SaveOutcome.GONE));
      }
    }
    assertThatThrownBy(() -> await(deployment.open(old).cycleKey().commit()))
        .isInstanceOf(SessionRefusedException.class);
    assertThat(deployment.stored(fresh)).isEqualTo(before);
    assertThat(deployment.store.size()).isEqualTo(1);
  }

  // --- a store that cannot answer

  @ParameterizedTest
  @ValueSource(strings = {"fail", "lose the answer"})
  void aFailureOfTheStoreIsNoAnswerAndNothingIsTriedInstead(String how) {
    record Case(String verb, List<String> calls, Consumer<Session> request) {}
    List<Case> cases =
        List.of(
            new Case("visit", List.of("visit"), session -> await(session.get("a"))),
            new Case("visit", List.of("visit"), session -> await(session.exists())),
            new Case("visit", List.of("visit"), Session::cycleKey),
            new Case("visit", List.of("visit"), session -> session.login("alice")),
            new Case("save", List.of("save"), session -> session.put("a", 2)),
            new Case("save", List.of("save"), session -> await(session.increment("n", 1))),
            new Case("save", List.of("visit", "save"), session -> await(session.get("a"))),
            new Case("rotate", List.of("visit", "rotate"), Session::cycleKey),
            new Case("rotate", List.of("visit", "rotate"), session -> session.login("alice")),
            new Case("delete", List.of("delete"), Session::flush),
            new Case("delete", List.of("delete"), session -> session.flush().put("a", 2)),
            new Case("create", List.of("delete", "create"), session -> session.flush().put("a", 2)),
            new Case("visit", List.of("save", "visit"), session -> session.put("a", 2)),
            new Case("create", List.of("save", "visit", "create"), s -> s.put("a", 2)));
    for (Case each : cases) {
      browser.does(session -> session.flush().put("a", 1).put("n", 1));
      deployment.clock.advance(Duration.ofMinutes(2));
      if (each.calls.indexOf("visit") == 1) {
        // Only a session that is gone is looked up after a save.
        deployment.open(browser.token()).flush().commit();
      }
      if (how.equals("fail")) {
        deployment.watched.fail(each.verb);
      } else {
        deployment.watched.loseAnswersOf(each.verb);
      }
      deployment.watched.calls();
      int sessions = deployment.store.size();
      Session request = browser.opens();
      assertThatThrownBy(
              () -> {
                each.request.accept(request);
                await(request.commit());
              })
          .as(each.verb)
          .isInstanceOf(SessionStoreException.class);
      assertThat(deployment.watched.calls()).as(each.verb).isEqualTo(each.calls);
      if (how.equals("fail") && !each.calls.contains("delete")) {
        assertThat(deployment.store.size()).isEqualTo(sessions);
      }
      deployment.watched.recover();
    }
  }

  @Test
  void aCommitThatFailedFailsAgain() {
    browser.does(session -> session.put("a", 1));
    deployment.watched.fail("save");
    Session request = browser.opens().put("a", 2);
    assertThatThrownBy(() -> await(request.commit())).isInstanceOf(SessionStoreException.class);
    deployment.watched.recover();
    assertThatThrownBy(() -> await(request.commit())).isInstanceOf(SessionStoreException.class);
    assertThat(browser.reads("a")).isEqualTo(1);
  }

  // --- rolling the signing key

  @Test
  void aTokenOfAnOlderKeyIsSignedAnewWithTheNextWrite() {
    browser.does(session -> session.put("a", 1));
    String old = browser.token();
    deployment.rollKey();
    assertThat(browser.reads("a")).isEqualTo(1);
    assertThat(browser.token()).isEqualTo(old);
    browser.does(session -> session.put("a", 2));
    assertThat(browser.token()).isNotEqualTo(old);
    assertThat(browser.token().substring(0, 43)).isEqualTo(old.substring(0, 43));
    deployment.dropOlderKeys();
    assertThat(browser.reads("a")).isEqualTo(2);
    assertThat(await(deployment.open(old).get("a"))).isEmpty();
  }

  @Test
  void aTokenOfAnOlderKeyIsSignedAnewWithATouch() {
    for (boolean persistent : new boolean[] {true, false}) {
      browser.does(session -> session.flush().put("a", 1));
      if (!persistent) {
        browser.does(Session::expireWithBrowser);
      }
      String old = browser.token();
      deployment.rollKey();
      deployment.clock.advance(Duration.ofMinutes(1));
      assertThat(browser.reads("a")).isEqualTo(1);
      assertThat(browser.token()).as("persistent " + persistent).isNotEqualTo(old);
      deployment.dropOlderKeys();
      assertThat(browser.reads("a")).isEqualTo(1);
      // And only once.
      deployment.clock.advance(Duration.ofMinutes(1));
      String anew = browser.token();
      assertThat(browser.reads("a")).isEqualTo(1);
      assertThat(browser.token()).isEqualTo(anew);
    }
  }

  @Test
  void theTokenOfAKeyThatIsGoneIsNoToken() {
    browser.does(session -> session.put("a", 1));
    String old = browser.token();
    deployment.rollKey();
    deployment.dropOlderKeys();
    deployment.watched.calls();
    assertThat(await(deployment.open(old).get("a"))).isEmpty();
    assertThat(deployment.watched.calls()).isEmpty();
  }

  private static CookieChange keep(String token, long maxAgeSeconds) {
    return new CookieChange.Keep(new SessionToken(token), maxAgeSeconds);
  }
}
