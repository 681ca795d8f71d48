package io.statekeep.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.fault.Operation.Outcome;
import io.statekeep.testing.Backend;
import io.statekeep.testing.FaultProxy.Way;
import io.statekeep.testing.HttpProbe;
import io.statekeep.testing.HttpProbe.Answer;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a node says while it does not reach its store, and how it finds it again. */
class StoreOutageTest {
  private static final long SEED = 1;

  /** A write and a read, many at once: too many for the store's silence to go unnoticed. */
  private static List<Answer> ask(HttpProbe http, String token) {
    return IntStream.range(0, 12)
        .mapToObj(i -> http.getAsync(i % 2 == 0 ? "/get_session" : "/update_session", token))
        .toList()
        .stream()
        .map(CompletableFuture::join)
        .toList();
  }

  private static void assertOutage(Answer answer) {
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.header("retry-after")).isPresent();
    assertThat(answer.setCookies()).isEmpty();
  }

  private static void assertNoWaitWithoutASession(HttpProbe http) {
    assertThat(http.get("/get_session").body()).isEqualTo("get_session:None");
    assertThat(http.get("/get_session", "forged.token").body()).isEqualTo("get_session:None");
    assertThat(http.get("/v1/verify", "forged.token").status()).isEqualTo(401);
    assertThat(http.get("/plain").status()).isEqualTo(200);
  }

  private static void awaitRecovery(Site site, String token) {
    Site.await(
        "the session is read and changed again",
        () -> ask(site.http(0), token).stream().allMatch(answer -> answer.status() == 200));
    // Each event loop has its own connection, which may come a moment later.
    Site.await("the node is ready", () -> site.isReady(0));
    assertThat(site.metric(0, "statekeep_store_suspended")).isZero();
  }

  @ParameterizedTest
  @EnumSource(
      value = Backend.class,
      names = {"REDIS", "POSTGRES", "MARIADB"})
  void aStoreThatHangsCostsOneDeadlineAndThenNothing(Backend backend) {
    try (Site site = Site.of(backend, 1, SEED).start()) {
      HttpProbe http = site.http(0);
      String token = site.newToken(0, 5);
      site.network(0).hold(Way.REQUESTS, Way.REPLIES);
      long start = System.nanoTime();
      ask(http, token).forEach(StoreOutageTest::assertOutage);
      assertThat(Site.millisSince(start)).isLessThan(Site.ANSWER_MILLIS);
      Site.await(
          "calls fail at once",
          () -> {
            ask(http, token).forEach(StoreOutageTest::assertOutage);
            return site.metric(0, "statekeep_store_suspended") == 1;
          });
      double refused = site.metric(0, "statekeep_store_refused_total");
      for (int i = 0; i < 5; i++) {
        ask(http, token).forEach(StoreOutageTest::assertOutage);
      }
      assertThat(site.metric(0, "statekeep_store_refused_total") - refused)
          .isGreaterThanOrEqualTo(60);
      assertNoWaitWithoutASession(http);
      assertThat(site.isReady(0)).isFalse();
      assertThat(site.management(0).get("/health/live").status()).isEqualTo(200);
      site.network(0).heal();
      awaitRecovery(site, token);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Backend.class,
      names = {"REDIS", "POSTGRES", "MARIADB"})
  void aStoreThatIsOutOfReachIsFoundAgain(Backend backend) {
    try (Site site = Site.of(backend, 1, SEED).start()) {
      String token = site.newToken(0, 5);
      for (int round = 0; round < 2; round++) {
        site.network(0).refuse();
        Site.await(
            "the outage is said",
            () -> ask(site.http(0), token).stream().allMatch(a -> a.status() == 503));
        assertThat(site.isReady(0)).isFalse();
        site.network(0).heal();
        awaitRecovery(site, token);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Backend.class,
      names = {"REDIS", "POSTGRES", "MARIADB"})
  void bytesThatComeOneByOneAndSlowlyAreAnswersLikeOthers(Backend backend) {
    // A statement is many pieces, and each is late.
    try (Site site = Site.of(backend.newSettings(), 1, SEED, Map.of("STORE_TIMEOUT", "30s"))) {
      site.start();
      String token = site.newToken(0, 5);
      site.network(0).slice(1);
      site.network(0).delay(5, 20);
      assertThat(ask(site.http(0), token)).allMatch(answer -> answer.status() == 200);
      String other = site.newToken(0, 6);
      assertThat(site.http(0).get("/get_session", other).body()).isEqualTo("get_session:6");
      assertThat(site.http(0).get("/get_session", token).body()).isEqualTo("get_session:5");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Backend.class,
      names = {"REDIS", "POSTGRES", "MARIADB"})
  void aNodeThatStartsBeforeItsStoreIsReadyWhenThatIsThere(Backend backend) {
    try (Site site = Site.of(backend, 2, SEED)) {
      site.network(0).refuse();
      site.network(1).hold(Way.REQUESTS, Way.REPLIES);
      site.start();
      for (int node = 0; node < 2; node++) {
        assertThat(site.isReady(node)).isFalse();
        assertOutage(site.http(node).get("/set_session"));
        assertNoWaitWithoutASession(site.http(node));
        site.network(node).heal();
        int started = node;
        Site.await("the node is ready", () -> site.isReady(started));
        String token = site.newToken(node, 5);
        Site.await(
            "the session is read",
            () -> {
              Answer answer = site.http(started).get("/get_session", token);
              assertThat(answer.body()).doesNotContain("None");
              return answer.body().equals("get_session:5");
            });
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Backend.class,
      names = {"REDIS", "POSTGRES", "MARIADB"})
  void aChangeWhoseAnswerIsLostIsUnknownAndMadeOnce(Backend backend) {
    Map<String, String> settings = backend.newSettings();
    // The driver is to say COMMIT in words, and not by a number that it was given for it.
    settings.computeIfPresent(
        "JDBC_URL",
        (key, url) ->
            backend == Backend.POSTGRES
                ? url + (url.contains("?") ? "&" : "?") + "prepareThreshold=0"
                : url);
    String write = backend == Backend.REDIS ? "EVAL" : "COMMIT";
    try (Site site = Site.of(settings, 1, SEED, Map.of()).start()) {
      Client client = Client.begin(site.api(0), "one");
      // Read first: the change is decided on what is known, and is one statement.
      assertThat(client.read(site.api(0), 0)).isEqualTo(Outcome.OK);
      site.network(0).loseReplyTo(write);
      Outcome outcome = client.increment(site.api(0), 0);
      assertThat(site.network(0).hasLost()).isTrue();
      assertThat(outcome).isEqualTo(Outcome.UNKNOWN);
      assertThat(counter(site, client)).isEqualTo(1);
      site.network(0).loseRequest(write);
      Outcome second = client.increment(site.api(0), 0);
      assertThat(site.network(0).hasLost()).isTrue();
      assertThat(counter(site, client)).isEqualTo(second == Outcome.OK ? 2 : 1);
    }
  }

  private static long counter(Site site, Client client) {
    JsonObject[] found = new JsonObject[1];
    Site.await(
        "the session is read again",
        () -> {
          Answer answer = client.get(site.api(0));
          found[0] = answer.status() == 200 ? answer.json() : null;
          return found[0] != null;
        });
    return found[0].getJsonObject("attributes").getLong("n");
  }

  @ParameterizedTest
  @EnumSource(
      value = Backend.class,
      names = {"LAYERED_REDIS", "LAYERED_POSTGRES", "LAYERED_MARIADB"})
  void duringAnOutageACopyIsReadWithinItsLeaseAndThenNotAnyMore(Backend backend) {
    Map<String, String> lease = Map.of("LAYERED_MAX_STALE", "4s", "LAYERED_INVALIDATION", "none");
    try (Site site = Site.of(backend.newSettings(), 1, SEED, lease).start()) {
      HttpProbe http = site.http(0);
      String token = site.newToken(0, 5);
      String other = site.newToken(0, 6);
      site.network(0).hold(Way.REQUESTS, Way.REPLIES);
      assertThat(http.get("/get_session", token).body()).isEqualTo("get_session:5");
      assertOutage(http.get("/update_session", other));
      Site.await(
          "the lease ends",
          () -> {
            Answer answer = http.get("/get_session", token);
            assertThat(answer.status()).isIn(200, 503);
            return answer.status() == 503;
          });
    }
  }
}
