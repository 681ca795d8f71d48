package io.statekeep.web;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.statekeep.service.RunningServer;
import io.statekeep.testing.Backend;
import io.statekeep.testing.HttpProbe;
import io.statekeep.testing.HttpProbe.Answer;
import io.statekeep.testing.ManualClock;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** What every route has in common: methods, limits, problems, transport. */
class HttpSurfaceTest {
  private static final Map<String, String> WITH_LOGIN =
      Map.of("STORE", "local", "USERS_FILE", "src/test/resources/users");

  // A request that nobody sent: it stands where the one before it may seem to end.
  private static final String NEXT =
      String.join(
          "\r\n",
          "GET /get_cookie HTTP/1.1",
          "Host: x",
          "Connection: close",
          "Cookie: username=smuggled",
          "",
          "");

  private final HttpProbe http = Backend.LOCAL.shared();

  @ParameterizedTest
  @CsvSource({
    "POST, /plain, 'GET, HEAD'",
    "PUT, /get_session, 'GET, HEAD'",
    "DELETE, /get_cookie, 'GET, HEAD'",
    "POST, /set_session, GET",
    "POST, /update_session, GET",
    "POST, /del_session, GET",
    "POST, /set_cookie, GET",
    "GET, /login, POST",
    "DELETE, /logout, POST",
    "PATCH, /plain, 'GET, HEAD'",
    "OPTIONS, /plain, 'GET, HEAD'"
  })
  void anotherMethodIsRefusedWithThoseThatThereAre(String method, String path, String allow) {
    Answer answer = http.method(method, path);
    assertThat(answer.status()).isEqualTo(405);
    assertThat(answer.header("allow")).contains(allow);
    assertProblem(answer, 405);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/nothing", "/plain/x", "/health/live", "/metrics"})
  void anotherPathIsNotFound(String path) {
    assertProblem(http.get(path), 404);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/set_session?user_id=9", "/update_session", "/del_session"})
  void askingForTheHeadOfAChangeChangesNothing(String path) {
    String token = http.get("/set_session?user_id=3").token();
    for (String method : List.of("HEAD", "OPTIONS", "TRACE", "BREW")) {
      Answer answer =
          http.send(
              http.request(path)
                  .method(method, HttpRequest.BodyPublishers.noBody())
                  .header("Cookie", "sessionid=" + token));
      assertThat(answer.status()).as(method).isEqualTo(405);
      assertThat(answer.setCookies()).isEmpty();
    }
    assertThat(http.get("/get_session", token).body()).isEqualTo("get_session:3");
    assertThat(http.get("/update_session", token).body()).isEqualTo("counter:1");
  }

  @Test
  void headAnswersTheHeadOfGet() {
    Answer head = http.method("HEAD", "/plain");
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.header("content-length")).contains("5");
    assertThat(head.body()).isEmpty();
  }

  @Test
  void thePlainRouteDoesNothingWithCookiesOrCaches() {
    Answer answer = http.getWithCookies("/plain", "sessionid=x");
    assertThat(answer.body()).isEqualTo("hello");
    assertThat(answer.setCookies()).isEmpty();
    assertThat(answer.header("cache-control")).isEmpty();
  }

  @Test
  void headersOfMoreThanEightKibibytesAreRefused() {
    // Each line counts with its name, colon, space and value.
    String fits = "GET /plain HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX: " + "a".repeat(8100);
    assertThat(http.raw(fits + "\r\n\r\n")).startsWith("HTTP/1.1 200");
    String over = "GET /plain HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX: " + "a".repeat(8193);
    String refused = http.raw(over + "\r\n\r\n");
    assertThat(refused).startsWith("HTTP/1.1 431").contains("application/problem+json");
  }

  @Test
  void cookiesOfSeveralLinesAreAllRead() {
    String token = http.get("/set_session?user_id=3").token();
    String request =
        "GET /get_session HTTP/1.1\r\nHost: x\r\nConnection: close\r\nCookie: a=b\r\nCookie: sessionid="
            + token
            + "\r\n\r\n";
    assertThat(http.raw(request)).endsWith("get_session:3");
  }

  @Test
  void theFirstHundredAndFiftyCookiesAreRead() {
    String token = http.get("/set_session?user_id=3").token();
    String many = "a=b; ".repeat(149);
    assertThat(http.getWithCookies("/get_session", many + "sessionid=" + token).body())
        .isEqualTo("get_session:3");
    assertThat(http.getWithCookies("/get_session", many + "a=b; sessionid=" + token).body())
        .isEqualTo("get_session:None");
  }

  @Test
  void aRequestThatCannotBeReadIsABadRequest() {
    assertThat(http.raw("GET /plain HTTP/1.1\r\nHost x\r\nbad header\r\n\r\n"))
        .startsWith("HTTP/1.1 400");
    assertThat(http.raw("GET /" + "x".repeat(9000) + " HTTP/1.1\r\nHost: x\r\n\r\n"))
        .matches("(?s)HTTP/1.[01] 414.*");
  }

  @Test
  void aQueryThatCannotBeDecodedIsABadRequest() {
    String request = "GET /set_session?a=%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    assertThat(http.raw(request))
        .startsWith("HTTP/1.1 400")
        .contains("application/problem+json")
        .doesNotContainIgnoringCase("set-cookie");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/pl%zzain", "/plain%", "/plain%4", "/%zz?a=b", "/nothing/%-1"})
  void aPathThatCannotBeDecodedIsABadRequestAndNoErrorOfOurs(String path) {
    Logger logger = (Logger) LoggerFactory.getLogger(ProblemHandler.class);
    ListAppender<ILoggingEvent> events = new ListAppender<>();
    events.start();
    logger.addAppender(events);
    try {
      assertThat(http.raw("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
          .startsWith("HTTP/1.1 400")
          .contains("application/problem+json");
    } finally {
      logger.detachAppender(events);
    }
    assertThat(events.list).isEmpty();
  }

  @Test
  void secureFollowsTheTransportAsATrustedProxyTellsIt() {
    Map<String, String> settings = Map.of("STORE", "local", "TRUSTED_PROXIES", "127.0.0.0/8");
    try (RunningServer trusting = RunningServer.start(settings)) {
      HttpProbe there = new HttpProbe(trusting.port());
      assertThat(setBehind(there, "https")).contains("; Secure; HttpOnly");
      assertThat(setBehind(there, "http")).doesNotContain("Secure");
    }
    // Nobody is trusted here.
    assertThat(setBehind(http, "https")).doesNotContain("Secure");
  }

  private static String setBehind(HttpProbe http, String transport) {
    Answer answer = http.send(http.request("/set_session").header("X-Forwarded-Proto", transport));
    return answer.setCookies().get(0);
  }

  @Test
  void theCookieIsWrittenAsConfigured() {
    Map<String, String> settings =
        Map.of(
            "STORE", "local",
            "COOKIE_NAME", "__Secure-id",
            "COOKIE_SECURE", "true",
            "COOKIE_SAME_SITE", "None",
            "COOKIE_PATH", "/app",
            "COOKIE_DOMAIN", "example.org",
            "COOKIE_PERSISTENT", "false",
            "COOKIE_PARTITIONED", "true");
    try (RunningServer server = RunningServer.start(settings)) {
      HttpProbe there = new HttpProbe(server.port());
      Answer set = there.get("/set_session");
      assertThat(set.setCookies())
          .singleElement()
          .asString()
          .matches(
              "__Secure-id=[^;]{87}; Path=/app; Domain=example.org; Secure; HttpOnly;"
                  + " SameSite=None; Partitioned");
      String cookie = set.setCookies().get(0).replaceFirst(";.*", "");
      // A cookie of the browser session holds without being sent again.
      Answer counted = there.getWithCookies("/update_session", cookie);
      assertThat(counted.body()).isEqualTo("counter:1");
      assertThat(counted.setCookies()).isEmpty();
      assertThat(there.getWithCookies("/del_session", cookie).setCookies())
          .containsExactly(
              "__Secure-id=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/app;"
                  + " Domain=example.org; Secure; HttpOnly; SameSite=None; Partitioned");
    }
  }

  @Test
  void aPersistentCookieIsSentAgainWhenATouchIsWrittenAndOnlyThen() {
    ManualClock clock = new ManualClock();
    try (RunningServer server = RunningServer.start(Map.of("STORE", "local"), clock)) {
      HttpProbe there = new HttpProbe(server.port());
      String token = there.get("/set_session").token();
      clock.advance(Duration.ofSeconds(59));
      assertThat(there.get("/get_session", token).setCookies()).isEmpty();
      clock.advance(Duration.ofSeconds(1));
      assertThat(there.get("/get_session", token).token()).isEqualTo(token);
      assertThat(there.get("/get_session", token).setCookies()).isEmpty();
      clock.advance(Duration.ofDays(14).minusSeconds(1));
      assertThat(there.get("/get_session", token).body()).isEqualTo("get_session:6666");
      clock.advance(Duration.ofDays(14).plusMinutes(2));
      assertThat(there.get("/get_session", token).body()).isEqualTo("get_session:None");
    }
  }

  @Test
  void withoutTheTutorialItsRoutesAreNotThere() {
    Map<String, String> settings = Map.of("STORE", "local", "TUTORIAL_ENABLED", "false");
    try (RunningServer server = RunningServer.start(settings)) {
      assertProblem(new HttpProbe(server.port()).get("/plain"), 404);
    }
  }

  // --- what every answer says

  /** One answer of each kind, with and without a session, good and bad. */
  private static List<Answer> answersOfEveryKind(HttpProbe there) {
    String form = "application/x-www-form-urlencoded";
    String right = "username=alice&password=secret";
    Answer set = there.get("/set_session?counter=text");
    Answer login = there.post("/login", set.token(), form, right);
    return List.of(
        set,
        login,
        there.get("/get_session"),
        there.get("/get_session", login.token()),
        there.get("/update_session"),
        there.get("/update_session", login.token()),
        there.get("/set_session?" + "n".repeat(129) + "=1", login.token()),
        there.get("/set_session?user_id=8", login.token()),
        there.post("/login", login.token(), form, "username=alice&password=wrong"),
        there.post("/login", login.token(), "text/plain", right),
        there.post("/login", login.token(), form, "username=alice"),
        there.get("/get_cookie"),
        there.getWithCookies("/get_cookie", "username=x"),
        there.get("/set_cookie?username=x"),
        there.get("/set_cookie"),
        there.method("PUT", "/get_session"),
        there.get("/nothing", login.token()),
        there.get("/del_session", login.token()),
        there.get("/del_session", login.token()),
        there.post("/logout", login.token(), form, ""));
  }

  @Test
  void whatDependsOnACookieIsNotCachedAndSetsEachCookieOnce() {
    try (RunningServer server = RunningServer.start(WITH_LOGIN)) {
      List<Answer> answers = answersOfEveryKind(new HttpProbe(server.port()));
      assertThat(answers)
          .extracting(Answer::status)
          .contains(200, 204, 400, 401, 404, 405, 409, 415);
      for (Answer answer : answers) {
        assertThat(answer.header("cache-control")).as(answer.body()).contains("no-store");
        assertThat(answer.setCookies()).hasSizeLessThanOrEqualTo(1);
      }
    }
  }

  @Test
  void noAnswerIsTakenForAPageOrTellsOfTheServerOrIsOpenToOtherOrigins() {
    try (RunningServer server = RunningServer.start(WITH_LOGIN)) {
      HttpProbe there = new HttpProbe(server.port());
      List<Answer> answers = new ArrayList<>(answersOfEveryKind(there));
      answers.add(there.get("/plain"));
      answers.add(
          there.send(there.request("/get_session").header("Origin", "https://other.example")));
      for (Answer answer : answers) {
        if (answer.header("content-type").isPresent()) {
          assertThat(answer.header("content-type").orElseThrow())
              .isIn("text/plain; charset=utf-8", "application/problem+json");
          assertThat(answer.header("x-content-type-options")).contains("nosniff");
        }
        assertThat(answer.response().headers().map().keySet())
            .noneMatch(name -> name.matches("(?i)server|x-powered-by|via|access-control-.*"));
      }
    }
  }

  @Test
  void noTokenAForgedOneAnEndedOneAndAnExpiredOneLookAlike() {
    ManualClock clock = new ManualClock();
    try (RunningServer server = RunningServer.start(Map.of("STORE", "local"), clock)) {
      HttpProbe there = new HttpProbe(server.port());
      String expired = there.get("/set_session").token();
      clock.advance(Duration.ofDays(15));
      String ended = there.get("/set_session").token();
      there.get("/del_session", ended);
      String forged = ended.substring(0, 44) + expired.substring(44);
      Answer none = there.get("/update_session");
      assertProblem(none, 401);
      for (String token : List.of(expired, ended, forged, "x")) {
        Answer answer = there.get("/update_session", token);
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.body()).isEqualTo(none.body());
        assertThat(answer.response().headers()).isEqualTo(none.response().headers());
      }
    }
  }

  // --- framing

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
        "Content-Length: 5\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 5, 5\r\n",
        "Content-Length: +5\r\n",
        "Content-Length: -5\r\n",
        "Content-Length: 0x5\r\n",
        "Transfer-Encoding: xchunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding : chunked\r\n",
        "Transfer-Encoding:\u000bchunked\r\n",
        "X: a\rb\r\n",
        "X: a\0b\r\n",
        "X: a\n",
      })
  void aRequestWhoseEndIsInDoubtIsRefusedAndNothingBehindItIsServed(String lines) {
    String request =
        "POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" + lines + "\r\n";
    assertThat(http.raw(request + "0\r\n\r\n" + NEXT))
        .startsWith("HTTP/1.1 400")
        .doesNotContain("smuggled");
  }

  @Test
  void aRequestLineThatIsNotOfHttp11IsRefusedAndNothingBehindItIsServed() {
    String post = "\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    for (String request :
        List.of(
            "POST /login HTTP/1.0" + post,
            "\u0001GET /plain HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET /plain HTTP/1.1\nHost: x\n\n")) {
      assertThat(http.raw(request + NEXT)).contains(" 400 ").doesNotContain("smuggled");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-5\r\n", "0x5\r\n", "5;\n", "g\r\n", "ffffffffffffffffff\r\n"})
  void aChunkWhoseSizeIsInDoubtEndsTheConnection(String size) {
    String request =
        String.join(
            "\r\n",
            "POST /login HTTP/1.1",
            "Host: x",
            "Content-Type: application/json",
            "Transfer-Encoding: chunked",
            "",
            "");
    assertThat(http.raw(request + size + "hello\r\n0\r\n\r\n" + NEXT))
        .doesNotContain("smuggled")
        .doesNotContain("HTTP/1.1 200");
  }

  @Test
  void aConnectionThatFallsSilentIsClosed() {
    Map<String, String> settings = Map.of("STORE", "local", "HTTP_IDLE_TIMEOUT", "1s");
    try (RunningServer server = RunningServer.start(settings)) {
      HttpProbe there = new HttpProbe(server.port());
      // Each returns when the server closes.
      assertThat(there.raw("")).isEmpty();
      assertThat(there.raw("GET /plain HTTP/1.1\r\nHost: x\r\nX: ")).isEmpty();
      assertThat(there.raw("GET /plain HTTP/1.1\r\nHost: x\r\n\r\n")).endsWith("hello");
    }
  }

  private static void assertProblem(Answer answer, int status) {
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.header("content-type")).contains("application/problem+json");
    JsonObject problem = new JsonObject(answer.body());
    assertThat(problem.fieldNames()).containsExactlyInAnyOrder("type", "title", "status", "detail");
    assertThat(problem.getInteger("status")).isEqualTo(status);
  }
}
