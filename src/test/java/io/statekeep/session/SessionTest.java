package io.statekeep.session;

import static io.statekeep.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a handler can do with a session, from its first request to its last. */
class SessionTest {
  private final Deployment deployment = new Deployment();
  private final Deployment.Browser browser = deployment.browser();

  // --- nothing without need

  @Test
  void readingCreatesNothingAndSetsNoCookie() {
    Session session = browser.opens();
    assertThat(await(session.get("a"))).isEmpty();
    assertThat(await(session.pop("a"))).isEmpty();
    assertThat(await(session.keys())).isEmpty();
    assertThat(await(session.exists())).isFalse();
    assertThat(await(session.subject())).isEmpty();
    assertThat(await(session.record())).isEmpty();
    assertThat(await(session.testCookieWorked())).isFalse();
    assertThat(await(session.commit())).isEqualTo(CookieChange.NONE);
    assertThat(session.isUsed()).isTrue();
    assertThat(deployment.store.size()).isZero();
    assertThat(deployment.watched.calls()).isEmpty();
  }

  @Test
  void whatChangesNothingCreatesNothing() {
    for (String token : List.of("", deployment.deadToken())) {
      for (int verb = 0; verb < 6; verb++) {
        Session session = deployment.open(token);
        switch (verb) {
          case 0 -> session.remove("a");
          case 1 -> session.clear();
          case 2 -> session.cycleKey();
          case 3 -> session.expireAfter(Duration.ofMinutes(1));
          case 4 -> session.put("a", 1).remove("a");
          default -> session.setTestCookie().deleteTestCookie();
        }
        assertThat(await(session.commit())).as("verb " + verb).isEqualTo(CookieChange.NONE);
      }
    }
    assertThat(deployment.store.size()).isZero();
  }

  @Test
  void aRequestThatDoesNotUseItsSessionAsksNoStore() {
    browser.does(session -> session.put("a", 1));
    deployment.watched.calls();
    deployment.clock.advance(Duration.ofMinutes(5));
    Session session = browser.opens();
    assertThat(await(session.commit())).isEqualTo(CookieChange.NONE);
    assertThat(session.isUsed()).isFalse();
    assertThat(deployment.watched.calls()).isEmpty();
  }

  @Test
  void theFirstPutCreatesTheSessionInOneStep() {
    CookieChange change = browser.does(session -> session.put("user_id", 6666));
    assertThat(change).isInstanceOf(CookieChange.Keep.class);
    assertThat(deployment.watched.calls()).containsExactly("create");
    SessionRecord record = deployment.stored(browser.token());
    assertThat(record.attributes().toJson()).isEqualTo("{\"user_id\":6666}");
    assertThat(record.subject()).isNull();
    assertThat(record.version()).isEqualTo(1);
    assertThat(record.lifetime())
        .isEqualTo(Lifetime.begin(Deployment.POLICY, deployment.clock.millis()));
  }

  @Test
  void aSessionIsReadOnceHoweverOftenItIsAsked() {
    browser.does(session -> session.put("a", 1).put("b", 2));
    deployment.watched.calls();
    Session session = browser.opens();
    assertThat(await(session.get("a"))).contains(1);
    assertThat(await(session.get("b"))).contains(2);
    assertThat(await(session.keys())).containsExactly("a", "b");
    assertThat(await(session.exists())).isTrue();
    await(session.commit());
    assertThat(deployment.watched.calls()).containsExactly("visit");
  }

  @Test
  void aChangeIsOneWrite() {
    browser.does(session -> session.put("a", 1));
    deployment.watched.calls();
    browser.does(session -> session.put("a", 2).remove("b").putIfAbsent("c", 3));
    assertThat(deployment.watched.calls()).containsExactly("save");
    browser.asks(session -> session.get("a").onSuccess(a -> session.put("a", 3)));
    assertThat(deployment.watched.calls()).containsExactly("visit", "save");
  }

  @Test
  void aSecondCommitDoesNothingAndAnswersTheSame() {
    browser.does(session -> session.put("a", 1));
    deployment.watched.calls();
    Session session = browser.opens().put("a", 2);
    CookieChange first = await(session.commit());
    assertThat(first).isInstanceOf(CookieChange.Keep.class);
    assertThat(await(session.commit())).isSameAs(first);
    assertThat(deployment.watched.calls()).containsExactly("save");
    assertThat(deployment.stored(browser.token()).version()).isEqualTo(2);
  }

  // --- attributes

  @Test
  void whatOneRequestPutsTheNextOneReads() {
    JsonObject map = new JsonObject().put("k", new JsonArray().add(1).add("x"));
    browser.does(
        session ->
            session
                .put("text", "itcast")
                .put("number", 6666)
                .put("half", 0.5)
                .put("yes", true)
                .put("list", List.of(1, 2))
                .put("map", map)
                .putJson("json", "[null]"));
    assertThat(browser.reads("text")).isEqualTo("itcast");
    assertThat(browser.reads("number")).isEqualTo(6666);
    assertThat(browser.reads("half")).isEqualTo(0.5);
    assertThat(browser.reads("yes")).isEqualTo(true);
    assertThat(browser.reads("list")).isEqualTo(new JsonArray().add(1).add(2));
    assertThat(browser.reads("map")).isEqualTo(map);
    assertThat(browser.reads("json")).isEqualTo(new JsonArray().addNull());
    assertThat(browser.reads("other")).isNull();
  }

  @Test
  void aRequestSeesItsOwnChanges() {
    browser.does(session -> session.put("a", 1).put("b", 2));
    Session session = browser.opens().put("a", 10).remove("b").put("c", 3).putIfAbsent("d", 4);
    assertThat(await(session.get("a"))).contains(10);
    assertThat(await(session.get("b"))).isEmpty();
    assertThat(await(session.get("c"))).contains(3);
    assertThat(await(session.get("d"))).contains(4);
    assertThat(await(session.keys())).containsExactlyInAnyOrder("a", "c", "d");
    // The store knows nothing of it yet.
    assertThat(deployment.stored(browser.token()).attributes().toJson())
        .isEqualTo("{\"a\":1,\"b\":2}");
    await(session.commit());
    assertThat(deployment.stored(browser.token()).attributes())
        .isEqualTo(Attributes.of(new JsonObject().put("a", 10).put("c", 3).put("d", 4)));
  }

  @Test
  void popAnswersAndDrops() {
    browser.does(session -> session.put("a", 1).put("b", 2));
    Optional<Object> popped = browser.asks(session -> session.pop("a"));
    assertThat(popped).contains(1);
    popped = browser.asks(session -> session.pop("a"));
    assertThat(popped).isEmpty();
    assertThat(browser.asks(Session::keys)).isEqualTo(Set.of("b"));
  }

  @Test
  void putIfAbsentLeavesWhatIsThere() {
    browser.does(session -> session.put("a", 1));
    browser.does(session -> session.putIfAbsent("a", 2).putIfAbsent("b", 3));
    assertThat(browser.reads("a")).isEqualTo(1);
    assertThat(browser.reads("b")).isEqualTo(3);
  }

  @Test
  void putIfAbsentLeavesWhatTheSameRequestPut() {
    browser.does(session -> session.put("a", 1).put("stored", 0));
    Session session = browser.opens().put("new", 1).putIfAbsent("new", 2);
    session.put("stored", 1).putIfAbsent("stored", 2);
    session.putIfAbsent("first", 1).putIfAbsent("first", 2);
    for (String name : List.of("new", "stored", "first")) {
      assertThat(await(session.get(name))).as(name).contains(1);
    }
    await(session.commit());
    for (String name : List.of("new", "stored", "first")) {
      assertThat(browser.reads(name)).as(name).isEqualTo(1);
    }
  }

  @Test
  void putIfAbsentAfterARemovalOrAClearPuts() {
    browser.does(session -> session.put("a", 1).put("b", 1));
    Session session = browser.opens().remove("a").putIfAbsent("a", 2);
    assertThat(await(session.get("a"))).contains(2);
    await(session.commit());
    assertThat(browser.reads("a")).isEqualTo(2);
    browser.does(cleared -> cleared.clear().putIfAbsent("b", 2));
    assertThat(browser.reads("b")).isEqualTo(2);
  }

  @Test
  void ofTwoRequestsThatPutIfAbsentTheFirstToCommitHolds() {
    browser.does(session -> session.put("a", 1));
    Session one = browser.opens();
    Session two = browser.opens();
    assertThat(await(one.setDefault("cart", 1))).isEqualTo(1);
    assertThat(await(two.setDefault("cart", 2))).isEqualTo(2);
    await(two.commit());
    await(one.commit());
    assertThat(browser.reads("cart")).isEqualTo(2);
  }

  @Test
  void setDefaultAnswersWhatIsThereOrSetsIt() {
    assertThat(answer(session -> session.setDefault("a", 1))).isEqualTo(1);
    assertThat(answer(session -> session.setDefault("a", 2))).isEqualTo(1);
    assertThat(answer(session -> session.remove("a").setDefault("a", 3))).isEqualTo(3);
    assertThat(browser.reads("a")).isEqualTo(3);
    assertThat(answer(session -> session.put("a", 4).setDefault("a", 5))).isEqualTo(4);
    assertThat(browser.reads("a")).isEqualTo(4);
  }

  private Object answer(Function<Session, Future<Object>> question) {
    return browser.asks(question);
  }

  @Test
  void aNameIsOneTo128CharactersLong() {
    Session session = browser.opens();
    String longest = "n".repeat(128);
    session.put(longest, 1);
    for (String name : List.of("", longest + "n")) {
      assertThatThrownBy(() -> session.put(name, 1)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> session.putJson(name, "1"))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> session.putIfAbsent(name, 1))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> session.setDefault(name, 1))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> session.increment(name, 1))
          .isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(await(session.keys())).containsExactly(longest);
  }

  @Test
  void theClientsCookiesAreTestedInTwoRequests() {
    browser.does(Session::setTestCookie);
    assertThat(browser.asks(Session::testCookieWorked)).isTrue();
    browser.does(Session::deleteTestCookie);
    assertThat(browser.asks(Session::testCookieWorked)).isFalse();
    assertThat(deployment.browser().asks(Session::testCookieWorked)).isFalse();
  }

  // --- clear and flush

  @Test
  void clearDropsTheAttributesAndKeepsTheSession() {
    browser.does(session -> session.login("alice").put("a", 1));
    String token = browser.token();
    Session session = browser.opens().put("lost", 1).clear();
    assertThat(await(session.get("a"))).isEmpty();
    assertThat(await(session.keys())).isEmpty();
    session.put("b", 2);
    assertThat(await(session.keys())).containsExactly("b");
    await(session.commit());
    assertThat(browser.token()).isEqualTo(token);
    assertThat(deployment.stored(token).attributes().toJson()).isEqualTo("{\"b\":2}");
    assertThat(deployment.stored(token).subject()).isEqualTo("alice");
  }

  @Test
  void clearDropsWhatAnotherRequestPutMeanwhile() {
    browser.does(session -> session.put("a", 1));
    Session session = browser.opens().clear();
    browser.does(other -> other.put("late", 1));
    await(session.commit());
    assertThat(browser.asks(Session::keys)).isEmpty();
  }

  @Test
  void flushEndsTheSessionAndClearsTheCookie() {
    browser.does(session -> session.put("a", 1));
    String token = browser.token();
    deployment.watched.calls();
    assertThat(browser.does(Session::flush)).isEqualTo(CookieChange.CLEAR);
    assertThat(deployment.watched.calls()).containsExactly("delete");
    assertThat(browser.hasCookie()).isFalse();
    assertThat(deployment.isLive(token)).isFalse();
    assertThat(deployment.store.size()).isZero();
  }

  @Test
  void flushOfADeadSessionClearsTheCookieAndCreatesNothing() {
    browser.does(session -> session.put("a", 1));
    String token = browser.token();
    browser.does(Session::flush);
    assertThat(await(deployment.open(token).flush().commit())).isEqualTo(CookieChange.CLEAR);
    assertThat(await(deployment.open("forged").flush().commit())).isEqualTo(CookieChange.NONE);
    assertThat(await(deployment.open().flush().commit())).isEqualTo(CookieChange.NONE);
    assertThat(deployment.store.size()).isZero();
  }

  @Test
  void whatIsPutAfterAFlushBeginsANewSession() {
    browser.does(session -> session.login("alice").put("a", 1));
    String token = browser.token();
    browser.does(session -> session.put("lost", 1).flush().put("b", 2));
    assertThat(browser.token()).isNotEqualTo(token);
    assertThat(deployment.isLive(token)).isFalse();
    SessionRecord begun = deployment.stored(browser.token());
    assertThat(begun.attributes().toJson()).isEqualTo("{\"b\":2}");
    assertThat(begun.subject()).isNull();
    assertThat(begun.version()).isEqualTo(1);
    assertThat(deployment.store.size()).isEqualTo(1);
  }

  @Test
  void aFlushTakesBackALoginACycleAndAnExpiry() {
    browser.does(session -> session.put("a", 1));
    browser.does(
        session ->
            session
                .login("alice")
                .cycleKey()
                .expireAfter(Duration.ofSeconds(5))
                .flush()
                .put("b", 2));
    SessionRecord begun = deployment.stored(browser.token());
    assertThat(begun.subject()).isNull();
    assertThat(begun.lifetime())
        .isEqualTo(Lifetime.begin(Deployment.POLICY, deployment.clock.millis()));
    assertThat(browser.does(session -> session.login("alice").flush()))
        .isEqualTo(CookieChange.CLEAR);
    assertThat(deployment.store.size()).isZero();
  }

  // --- new tokens

  @Test
  void cycleKeyGivesANewTokenAndKeepsTheRest() {
    browser.does(session -> session.login("alice").put("a", 1));
    SessionRecord before = deployment.stored(browser.token());
    String token = browser.token();
    deployment.clock.advance(Duration.ofSeconds(7));
    deployment.watched.calls();
    browser.does(session -> session.cycleKey().put("b", 2));
    assertThat(deployment.watched.calls()).containsExactly("visit", "rotate");
    assertThat(browser.token()).isNotEqualTo(token);
    assertThat(deployment.isLive(token)).isFalse();
    SessionRecord after = deployment.stored(browser.token());
    assertThat(after.attributes().toJson()).isEqualTo("{\"a\":1,\"b\":2}");
    assertThat(after.subject()).isEqualTo("alice");
    assertThat(after.lifetime().createdAt()).isEqualTo(before.lifetime().createdAt());
    assertThat(after.version()).isEqualTo(2);
    assertThat(deployment.store.size()).isEqualTo(1);
  }

  @Test
  void cycleKeyOfADeadSessionBeginsOneOnlyForWhatIsPut() {
    String dead = deployment.deadToken();
    assertThat(await(deployment.open(dead).cycleKey().commit())).isEqualTo(CookieChange.NONE);
    CookieChange begun = await(deployment.open(dead).cycleKey().put("a", 1).commit());
    String token = ((CookieChange.Keep) begun).token().value();
    assertThat(token).isNotEqualTo(dead);
    assertThat(deployment.stored(token).attributes().toJson()).isEqualTo("{\"a\":1}");
  }

  @Test
  void aLoginCarriesAnAnonymousSessionOverToANewToken() {
    browser.does(session -> session.put("cart", 3));
    String token = browser.token();
    deployment.watched.calls();
    browser.does(session -> session.put("theme", "dark").login("alice"));
    assertThat(deployment.watched.calls()).containsExactly("visit", "rotate");
    assertThat(browser.token()).isNotEqualTo(token);
    assertThat(deployment.isLive(token)).isFalse();
    SessionRecord record = deployment.stored(browser.token());
    assertThat(record.subject()).isEqualTo("alice");
    assertThat(record.attributes().toJson()).isEqualTo("{\"cart\":3,\"theme\":\"dark\"}");
    assertThat(browser.asks(Session::subject)).contains("alice");
    assertThat(deployment.store.size()).isEqualTo(1);
  }

  @Test
  void aLoginOfTheSameSubjectCarriesTheSessionOver() {
    browser.does(session -> session.login("alice").put("cart", 3));
    String token = browser.token();
    browser.does(session -> session.login("alice"));
    assertThat(browser.token()).isNotEqualTo(token);
    assertThat(deployment.isLive(token)).isFalse();
    assertThat(browser.reads("cart")).isEqualTo(3);
  }

  @Test
  void aLoginOfAnotherSubjectEndsTheSessionAndCarriesNothingOver() {
    browser.does(session -> session.login("alice").put("secret", 3));
    String token = browser.token();
    browser.does(session -> session.login("bob").put("own", 1));
    assertThat(deployment.isLive(token)).isFalse();
    SessionRecord record = deployment.stored(browser.token());
    assertThat(record.subject()).isEqualTo("bob");
    assertThat(record.attributes().toJson()).isEqualTo("{\"own\":1}");
    assertThat(record.version()).isEqualTo(1);
    assertThat(deployment.store.size()).isEqualTo(1);
  }

  @Test
  void aLoginWithoutALiveSessionBeginsOne() {
    for (String token : List.of("", "forged", deployment.deadToken())) {
      CookieChange change = await(deployment.open(token).login("alice").commit());
      String given = ((CookieChange.Keep) change).token().value();
      assertThat(given).isNotEqualTo(token);
      assertThat(deployment.stored(given).subject()).isEqualTo("alice");
    }
  }

  @Test
  void aLoginAfterAFlushCarriesNothingOver() {
    browser.does(session -> session.login("alice").put("a", 1));
    String token = browser.token();
    browser.does(session -> session.flush().login("alice"));
    assertThat(deployment.isLive(token)).isFalse();
    assertThat(deployment.stored(browser.token()).subject()).isEqualTo("alice");
    assertThat(deployment.stored(browser.token()).attributes().isEmpty()).isTrue();
  }

  @Test
  void aLoginWhoseSessionEndedMeanwhileIsGood() {
    browser.does(session -> session.put("cart", 3));
    Session session = browser.opens().login("alice").put("b", 1);
    assertThat(await(session.get("cart"))).contains(3);
    await(deployment.store.delete(deployment.keyOf(browser.token()), EndReason.REVOKED));
    CookieChange change = await(session.commit());
    String given = ((CookieChange.Keep) change).token().value();
    assertThat(deployment.stored(given).subject()).isEqualTo("alice");
    // What had ended stays so, with all that it held.
    assertThat(deployment.stored(given).attributes().toJson()).isEqualTo("{\"b\":1}");
    assertThat(deployment.isLive(browser.token())).isFalse();
  }

  @Test
  void aSubjectIsOneTo255CharactersOfValidUnicode() {
    Session session = browser.opens();
    session.login("\u00e9\ud83d\ude00' OR 1=1");
    session.login("s".repeat(255));
    for (String subject : List.of("", "s".repeat(256), "a\0b", "\ud83d", "\ude00x")) {
      assertThatThrownBy(() -> session.login(subject)).isInstanceOf(IllegalArgumentException.class);
    }
    await(session.commit());
  }

  // --- increments

  @Test
  void anIncrementIsCarriedOutAtOnce() {
    browser.does(session -> session.put("counter", 41));
    deployment.watched.calls();
    Session session = browser.opens();
    assertThat(await(session.increment("counter", 1))).isEqualTo(42);
    assertThat(deployment.stored(browser.token()).attributes().get("counter")).isEqualTo("42");
    assertThat(await(session.get("counter"))).contains(42);
    assertThat(await(session.increment("new", -5))).isEqualTo(-5);
    assertThat(await(session.commit())).isInstanceOf(CookieChange.Keep.class);
    assertThat(deployment.watched.calls()).containsExactly("save", "save");
    assertThat(browser.reads("counter")).isEqualTo(42);
  }

  @Test
  void incrementsOfManyRequestsAddUpExactly() {
    browser.does(session -> session.put("a", 1));
    List<Session> requests = Stream.generate(browser::opens).limit(50).toList();
    // All of them have read the same before the first of them adds.
    requests.forEach(request -> await(request.get("n")));
    for (Session request : requests) {
      await(request.increment("n", 3));
      await(request.put("last", "x").commit());
    }
    assertThat(browser.reads("n")).isEqualTo(150);
  }

  @Test
  void anIncrementWithoutALiveSessionIsRefusedAndCreatesNone() {
    for (String token : List.of("", "forged", deployment.deadToken())) {
      Session session = deployment.open(token);
      assertThatThrownBy(() -> await(session.increment("n", 1)))
          .isInstanceOfSatisfying(
              SessionRefusedException.class,
              refused -> assertThat(refused.outcome()).isEqualTo(SaveOutcome.GONE));
      assertThat(await(session.commit())).isEqualTo(CookieChange.NONE);
    }
    assertThat(deployment.store.size()).isZero();
  }

  @Test
  void anIncrementOfSomethingElseThanAWholeNumberIsRefused() {
    browser.does(session -> session.put("text", "7").put("half", 1.5).put("full", Long.MAX_VALUE));
    SessionRecord before = deployment.stored(browser.token());
    for (String name : List.of("text", "half", "full")) {
      Session session = browser.opens();
      assertThatThrownBy(() -> await(session.increment(name, 1)))
          .isInstanceOfSatisfying(
              SessionRefusedException.class,
              refused -> assertThat(refused.outcome()).isEqualTo(new SaveOutcome.NotANumber(name)));
    }
    assertThat(deployment.stored(browser.token())).isEqualTo(before);
  }

  @Test
  void aSessionThatWouldBeTooLargeIsRefusedAndUnchanged() {
    String big = "x".repeat(Deployment.POLICY.maxBytes());
    Session first = browser.opens().put("big", big);
    assertThatThrownBy(() -> await(first.commit())).isInstanceOf(SessionRefusedException.class);
    assertThat(deployment.store.size()).isZero();
    browser.does(session -> session.put("a", 1));
    SessionRecord before = deployment.stored(browser.token());
    for (Session session :
        List.of(
            browser.opens().put("big", big),
            browser.opens().put("big", big).cycleKey(),
            browser.opens().put("big", big).login("alice"))) {
      assertThatThrownBy(() -> await(session.commit()))
          .isInstanceOfSatisfying(
              SessionRefusedException.class,
              refused -> assertThat(refused.outcome()).isEqualTo(SaveOutcome.TOO_LARGE));
      assertThat(deployment.stored(browser.token())).isEqualTo(before);
    }
    assertThat(browser.asks(Session::record)).isEqualTo(Optional.of(before));
  }
}
