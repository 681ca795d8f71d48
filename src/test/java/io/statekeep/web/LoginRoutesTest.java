package io.statekeep.web;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.statekeep.service.RunningServer;
import io.statekeep.testing.Backend;
import io.statekeep.testing.HttpProbe;
import io.statekeep.testing.HttpProbe.Answer;
import io.statekeep.testing.ManualClock;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Login and logout through real HTTP. Most tests have a node of their own: tries are counted. */
class LoginRoutesTest {
  private static final String FORM = "application/x-www-form-urlencoded";
  private static final String JSON = "application/json";
  private static final String RIGHT = "username=alice&password=secret";

  private final ManualClock clock = new ManualClock();
  private RunningServer server;
  private HttpProbe http;

  @BeforeEach
  void start() {
    server =
        RunningServer.start(
            Map.of("STORE", "local", "USERS_FILE", "src/test/resources/users"), clock);
    http = new HttpProbe(server.port());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void aLoginGivesANewTokenCarriesTheAttributesAndEndsTheOldOne(Backend backend) {
    HttpProbe shared = backend.shared();
    String anonymous = shared.get("/set_session?user_id=9&cart=3").token();
    Answer login = shared.post("/login", anonymous, FORM, RIGHT);
    assertThat(login.status()).isEqualTo(200);
    assertThat(login.token()).isNotEmpty().isNotEqualTo(anonymous);
    assertThat(login.header("cache-control")).contains("no-store");
    assertThat(shared.get("/get_session", login.token()).body()).isEqualTo("get_session:9");
    assertThat(shared.get("/get_session", anonymous).body()).isEqualTo("get_session:None");
    assertThat(shared.get("/update_session", anonymous).status()).isEqualTo(401);
    Answer logout = shared.post("/logout", login.token(), FORM, "");
    assertThat(logout.status()).isEqualTo(204);
    assertThat(logout.setCookies())
        .singleElement()
        .asString()
        .startsWith("sessionid=; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/");
    assertThat(shared.get("/get_session", login.token()).body()).isEqualTo("get_session:None");
    Answer again = shared.post("/logout", login.token(), FORM, "");
    assertThat(again.status()).isEqualTo(204);
  }

  @Test
  void aLoginWithoutASessionBeginsOne() {
    Answer login = http.post("/login", "", JSON, "{\"username\":\"bob\",\"password\":\"secret\"}");
    assertThat(login.status()).isEqualTo(200);
    assertThat(http.get("/get_session", login.token()).body()).isEqualTo("get_session:None");
    assertThat(http.get("/update_session", login.token()).body()).isEqualTo("counter:1");
  }

  @ParameterizedTest
  @EnumSource(
      value = Backend.class,
      names = {"LOCAL", "LAYERED_HSQLDB", "REDIS"})
  void aLoginAtTheLimitOfItsSubjectIsRefused(Backend backend) {
    Map<String, String> settings = new HashMap<>(backend.newSettings());
    settings.put("USERS_FILE", "src/test/resources/users");
    settings.put("SESSION_MAX_PER_SUBJECT", "1");
    try (RunningServer limited = RunningServer.start(settings)) {
      HttpProbe probe = new HttpProbe(limited.port());
      String first = probe.post("/login", "", FORM, RIGHT).token();
      String anonymous = probe.get("/set_session?user_id=5").token();
      for (String token : new String[] {"", anonymous}) {
        Answer refused = probe.post("/login", token, FORM, RIGHT);
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.header("content-type")).contains("application/problem+json");
        assertThat(refused.setCookies()).isEmpty();
      }
      assertThat(probe.get("/get_session", anonymous).body()).isEqualTo("get_session:5");
      assertThat(probe.post("/logout", first, FORM, "").status()).isEqualTo(204);
      assertThat(probe.post("/login", anonymous, FORM, RIGHT).status()).isEqualTo(200);
    }
  }

  @Test
  void whereTheNewestWinAFurtherLoginEndsTheOldestSession() {
    Map<String, String> settings =
        Map.of(
            "STORE", "local",
            "USERS_FILE", "src/test/resources/users",
            "SESSION_MAX_PER_SUBJECT", "1",
            "SESSION_OVER_LIMIT", "end-oldest");
    try (RunningServer limited = RunningServer.start(settings)) {
      HttpProbe probe = new HttpProbe(limited.port());
      String first = probe.post("/login", "", FORM, RIGHT).token();
      assertThat(probe.get("/update_session", first).status()).isEqualTo(200);
      String second = probe.post("/login", "", FORM, RIGHT).token();
      assertThat(probe.get("/update_session", first).status()).isEqualTo(401);
      assertThat(probe.get("/update_session", second).status()).isEqualTo(200);
    }
  }

  @Test
  void anotherUsersSessionIsEndedAndNotInherited() {
    String alices = http.post("/login", "", FORM, RIGHT).token();
    http.get("/set_session?user_id=1", alices);
    Answer bobs = http.post("/login", alices, FORM, "username=bob&password=secret");
    assertThat(http.get("/get_session", bobs.token()).body()).isEqualTo("get_session:None");
    assertThat(http.get("/get_session", alices).body()).isEqualTo("get_session:None");
  }

  @Test
  void aSecondLoginOfTheSameUserKeepsWhatTheSessionHolds() {
    String first = http.post("/login", "", FORM, RIGHT).token();
    http.get("/set_session?user_id=1", first);
    String second = http.post("/login", first, FORM, RIGHT).token();
    assertThat(second).isNotEqualTo(first);
    assertThat(http.get("/get_session", second).body()).isEqualTo("get_session:1");
    assertThat(http.get("/get_session", first).body()).isEqualTo("get_session:None");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "username=alice&password=wrong",
        "username=nobody&password=secret",
        "username=ALICE&password=secret",
        "username=alice&password=secret%20",
      })
  void aWrongLoginIsRefusedAndLeavesTheSessionAsItWas(String body) {
    String token = http.get("/set_session?user_id=4").token();
    Answer answer = http.post("/login", token, FORM, body);
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.header("content-type")).contains("application/problem+json");
    assertThat(answer.setCookies()).isEmpty();
    assertThat(http.get("/get_session", token).body()).isEqualTo("get_session:4");
  }

  @Test
  void wrongNamesAndWrongPasswordsLookAlike() {
    Answer name = http.post("/login", "", FORM, "username=nobody&password=secret");
    Answer password = http.post("/login", "", FORM, "username=alice&password=wrong");
    assertThat(name.body()).isEqualTo(password.body());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"username\":\"alice\"}",
        "{\"username\":\"alice\",\"password\":7}",
        "{\"username\":\"\",\"password\":\"secret\"}",
        "{\"username\":\"alice\",\"username\":\"bob\",\"password\":\"secret\"}",
        "{\"username\":\"alice\",\"password\":\"secret\"} x",
        "[]",
        "",
        "{"
      })
  void aBrokenBodyIsABadRequest(String body) {
    assertThat(http.post("/login", "", JSON, body).status()).isEqualTo(400);
  }

  @Test
  void bodiesOfAnotherTypeOrSizeAreRefused() {
    assertThat(http.post("/login", "", "text/plain", RIGHT).status()).isEqualTo(415);
    String large = "username=alice&password=" + "x".repeat(20_000);
    Answer answer = http.post("/login", "", FORM, large);
    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.header("content-type")).contains("application/problem+json");
  }

  @Test
  void theEleventhTryOfOneNameInAMinuteIsThrottled() {
    for (int i = 0; i < 10; i++) {
      assertThat(http.post("/login", "", FORM, "username=alice&password=" + i).status())
          .isEqualTo(401);
    }
    clock.advance(Duration.ofSeconds(20));
    Answer right = http.post("/login", "", FORM, RIGHT);
    assertThat(right.status()).isEqualTo(429);
    assertThat(right.header("retry-after")).contains("40");
    // All these came from one client, too.
    assertThat(http.post("/login", "", FORM, "username=bob&password=secret").status())
        .isEqualTo(429);
    clock.advance(Duration.ofSeconds(40));
    assertThat(http.post("/login", "", FORM, RIGHT).status()).isEqualTo(200);
  }

  /** A wrong try of this name by a client that says it comes from there. */
  private static int tryFrom(HttpProbe there, String name, String address) {
    String body = "username=" + name + "&password=wrong";
    return there
        .send(
            there
                .request("/login")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .header("Content-Type", FORM)
                .header("X-Forwarded-For", address)
                .header("Forwarded", "for=" + address))
        .status();
  }

  @Test
  void aClientIsThrottledWhateverItSaysOfItsAddress() {
    for (int i = 0; i < 10; i++) {
      assertThat(tryFrom(http, "name" + i, "192.0.2." + i)).isEqualTo(401);
    }
    assertThat(tryFrom(http, "another", "198.51.100.1")).isEqualTo(429);
  }

  @Test
  void clientsOfATrustedProxyAreThrottledApart() {
    Map<String, String> settings =
        Map.of(
            "STORE", "local",
            "USERS_FILE", "src/test/resources/users",
            "TRUSTED_PROXIES", "127.0.0.0/8");
    try (RunningServer trusting = RunningServer.start(settings, clock)) {
      HttpProbe there = new HttpProbe(trusting.port());
      for (int i = 0; i < 10; i++) {
        assertThat(tryFrom(there, "name" + i, "192.0.2.1")).isEqualTo(401);
      }
      assertThat(tryFrom(there, "another", "192.0.2.1")).isEqualTo(429);
      // What the client wrote in front of its address is its own word.
      assertThat(tryFrom(there, "another", "198.51.100.1, 192.0.2.1")).isEqualTo(429);
      assertThat(tryFrom(there, "another", "192.0.2.2")).isEqualTo(401);
    }
  }

  @Test
  void aBodyWithoutALengthIsBoundedToo() {
    byte[] large = ("{\"username\":\"" + "x".repeat(20_000) + "\"}").getBytes(US_ASCII);
    HttpRequest.Builder chunked =
        http.request("/login")
            .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large)))
            .header("Content-Type", JSON);
    Answer answer = http.send(chunked);
    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.header("content-type")).contains("application/problem+json");
  }

  @Test
  void aBodyThatIsTooLargeInTwoWaysIsRefusedOnce() {
    Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
    ListAppender<ILoggingEvent> events = new ListAppender<>();
    events.start();
    root.addAppender(events);
    // One field is over its bound, and some chunks later the whole body is, too.
    byte[] large = ("username=" + "x".repeat(100_000)).getBytes(US_ASCII);
    HttpRequest.Builder chunked =
        http.request("/login")
            .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(large)))
            .header("Content-Type", FORM);
    try {
      assertThat(http.send(chunked).status()).isBetween(400, 413);
      // Served after the rest of the body.
      assertThat(http.post("/login", "", FORM, RIGHT).status()).isEqualTo(200);
    } finally {
      root.detachAppender(events);
    }
    assertThat(events.list).noneMatch(event -> event.getLevel().equals(Level.ERROR));
  }

  @Test
  void everyTryIsOneEvent() {
    Logger logger = (Logger) LoggerFactory.getLogger(LoginRoutes.class);
    ListAppender<ILoggingEvent> events = new ListAppender<>();
    events.start();
    logger.addAppender(events);
    logger.setLevel(Level.INFO);
    try {
      http.post("/login", "", FORM, "username=alice&password=wrong");
      http.post("/login", "", FORM, "username=nobody&password=secret");
      http.post("/login", "", FORM, RIGHT);
      for (int i = 0; i < 8; i++) {
        http.post("/login", "", FORM, RIGHT);
      }
    } finally {
      logger.detachAppender(events);
      logger.setLevel(null);
    }
    assertThat(events.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .startsWith("login.failed", "login.failed", "login.succeeded")
        .endsWith("login.succeeded", "login.throttled")
        .hasSize(11);
  }

  @Test
  void withoutAUsersFileThereIsNoLogin() {
    try (RunningServer bare = RunningServer.start(Map.of("STORE", "local"))) {
      HttpProbe there = new HttpProbe(bare.port());
      assertThat(there.post("/login", "", FORM, RIGHT).status()).isEqualTo(404);
      assertThat(there.post("/logout", "", FORM, "").status()).isEqualTo(204);
    }
  }

  @Test
  void onlyPostLogsInOrOut() {
    assertThat(http.get("/login").status()).isEqualTo(405);
    assertThat(http.get("/logout").header("allow")).contains("POST");
  }
}
