package io.statekeep.session;

import static io.statekeep.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which session a request speaks for, by all the cookies of the session's name. */
class SessionClaimTest {
  private final Deployment deployment = new Deployment();
  private final String mine = begin("mine");
  private final String other = begin("other");
  private final String dead = deployment.deadToken();

  @ParameterizedTest
  @CsvSource({
    // cookies, whose session it is, look-ups
    "mine, mine, 1",
    "dead, none, 1",
    "forged, none, 0",
    "text, none, 0",
    "mine forged, mine, 1",
    "mine text, mine, 1",
    "mine dead, mine, 2",
    "mine mine, mine, 1",
    "mine other, none, 2",
    "dead forged, none, 1",
    "dead text, none, 1",
    "dead dead, none, 1",
    "dead deadToo, none, 2",
    "forged text, none, 0",
    "forged forged, none, 0",
    "mine forged text, mine, 1",
    "mine mine dead, mine, 2",
    "mine dead forged text, mine, 2",
    "mine other dead, none, 0",
    "dead deadToo mine, none, 0",
  })
  void atMostOneOfTheCookiesSpeaksInWhateverOrder(String kinds, String whose, int lookUps) {
    List<String> cookies = new ArrayList<>();
    for (String kind : kinds.split(" ", -1)) {
      cookies.add(cookie(kind));
    }
    for (int turn = 0; turn < cookies.size(); turn++) {
      Collections.rotate(cookies, 1);
      assertSpeaksFor(cookies, whose, lookUps);
      List<String> reversed = new ArrayList<>(cookies);
      Collections.reverse(reversed);
      assertSpeaksFor(reversed, whose, lookUps);
    }
  }

  private void assertSpeaksFor(List<String> cookies, String whose, int lookUps) {
    deployment.watched.calls();
    Session session = deployment.current().open(cookies);
    assertThat(await(session.get("who")).orElse("none")).isEqualTo(whose);
    assertThat(await(session.exists())).isEqualTo(!whose.equals("none"));
    assertThat(await(session.commit())).isEqualTo(CookieChange.NONE);
    assertThat(deployment.watched.calls())
        .isEqualTo(lookUps == 1 ? List.of("visit") : Collections.nCopies(lookUps, "load"));
  }

  @Test
  void aWriteGoesToTheOneThatLives() {
    for (List<String> cookies : List.of(List.of(mine, dead), List.of(dead, mine))) {
      deployment.watched.calls();
      CookieChange change = await(deployment.current().open(cookies).put("a", 1).commit());
      assertThat(((CookieChange.Keep) change).token().value()).isEqualTo(mine);
      assertThat(deployment.watched.calls()).containsExactly("load", "load", "save");
      Session counted = deployment.current().open(cookies);
      assertThat(await(counted.increment("n", 1))).isPositive();
    }
    assertThat(deployment.stored(mine).attributes().get("n")).isEqualTo("2");
    assertThat(deployment.isLive(dead)).isFalse();
  }

  @Test
  void ofTwoThatLiveNeitherIsChanged() {
    SessionRecord mineBefore = deployment.stored(mine);
    SessionRecord otherBefore = deployment.stored(other);
    for (List<String> cookies : List.of(List.of(mine, other), List.of(other, mine))) {
      deployment.watched.calls();
      CookieChange change = await(deployment.current().open(cookies).put("a", 1).commit());
      assertThat(deployment.watched.calls()).containsExactly("load", "load", "create");
      String fresh = ((CookieChange.Keep) change).token().value();
      assertThat(fresh).isNotIn(mine, other);
      assertThat(deployment.stored(fresh).attributes().toJson()).isEqualTo("{\"a\":1}");
      Session counting = deployment.current().open(cookies);
      assertThatThrownBy(() -> await(counting.increment("n", 1)))
          .isInstanceOf(SessionRefusedException.class);
      CookieChange login = await(deployment.current().open(cookies).login("alice").commit());
      String alices = ((CookieChange.Keep) login).token().value();
      assertThat(deployment.stored(alices).attributes().isEmpty()).isTrue();
      assertThat(await(deployment.current().open(cookies).cycleKey().commit()))
          .isEqualTo(CookieChange.NONE);
    }
    assertThat(deployment.stored(mine)).isEqualTo(mineBefore);
    assertThat(deployment.stored(other)).isEqualTo(otherBefore);
  }

  @Test
  void aLogoutEndsAllThatTheClientHolds() {
    assertThat(await(deployment.open(mine, "forged", other).flush().commit()))
        .isEqualTo(CookieChange.CLEAR);
    assertThat(deployment.isLive(mine)).isFalse();
    assertThat(deployment.isLive(other)).isFalse();
  }

  @Test
  void aSessionSignedByTwoKeysOfTheRingIsOne() {
    deployment.rollKey();
    String anew = deployment.current().tokens().resign(new SessionToken(mine)).value();
    assertThat(anew).isNotEqualTo(mine);
    for (List<String> cookies : List.of(List.of(mine, anew), List.of(anew, mine))) {
      assertSpeaksFor(cookies, "mine", 1);
      CookieChange change = await(deployment.current().open(cookies).put("a", 1).commit());
      assertThat(((CookieChange.Keep) change).token().value()).isEqualTo(anew);
    }
  }

  @Test
  void ifTheStoreCannotTellWhichOneLivesNoneIsTaken() {
    deployment.watched.fail("load");
    deployment.watched.calls();
    Session session = deployment.open(mine, dead);
    assertThatThrownBy(() -> await(session.get("who"))).isInstanceOf(SessionStoreException.class);
    assertThatThrownBy(() -> await(deployment.open(mine, dead).put("a", 1).commit()))
        .isInstanceOf(SessionStoreException.class);
    assertThat(deployment.watched.calls()).doesNotContain("create", "save");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "'",
        "*",
        "a\r\nFLUSHALL",
        "{x}y",
        "../",
        "\0",
        "\u00e9\u4e2d",
        ".",
      })
  void whatIsNoTokenNeverReachesTheStore(String text) {
    for (String sent : List.of(text, text.repeat(87), "A".repeat(43) + "." + text)) {
      Session session = deployment.open(sent, text + "." + mine, mine + text + "=");
      assertThat(await(session.get("who"))).isEmpty();
      assertThat(await(session.flush().commit())).isEqualTo(CookieChange.NONE);
    }
    assertThat(deployment.watched.calls()).doesNotContain("load", "visit", "delete", "save");
  }

  private String begin(String who) {
    Deployment.Browser browser = deployment.browser();
    browser.does(session -> session.put("who", who));
    return browser.token();
  }

  private String cookie(String kind) {
    return switch (kind) {
      case "mine" -> mine;
      case "other" -> other;
      case "dead" -> dead;
      case "deadToo" -> deployment.deadToken();
      case "forged" -> mine.substring(0, 44) + other.substring(44);
      default -> "no token at all";
    };
  }
}
