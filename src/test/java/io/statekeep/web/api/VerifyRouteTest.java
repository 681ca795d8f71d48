package io.statekeep.web.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.service.RunningServer;
import io.statekeep.testing.ApiProbe;
import io.statekeep.testing.Backend;
import io.statekeep.testing.HttpProbe;
import io.statekeep.testing.HttpProbe.Answer;
import io.statekeep.testing.ManualClock;
import io.statekeep.testing.OwnRedis;
import io.vertx.core.json.JsonObject;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Forward authentication. */
class VerifyRouteTest {
  private static final String VERIFY = "/v1/verify";

  private static Answer verify(HttpProbe http, String query, String token) {
    return http.send(http.request(VERIFY + query).header("Session-Token", token));
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void aLiveSessionIsNamedAndEverythingElseDenied(Backend backend) {
    ApiProbe api = backend.sharedApi();
    HttpProbe http = api.http();
    JsonObject alice = api.begin("{\"subject\": \"alice\"}");
    JsonObject anonymous = api.begin("{}");
    for (Answer answer :
        List.of(
            http.get(VERIFY, alice.getString("token")),
            verify(http, "", alice.getString("token")),
            verify(http, "?require=subject", alice.getString("token")))) {
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).isEmpty();
      assertThat(answer.header("x-session-id")).contains(alice.getString("id"));
      assertThat(answer.header("x-session-subject")).contains("alice");
      assertThat(answer.header("x-session-expires")).contains(alice.getString("expires_at"));
      assertThat(answer.header("cache-control")).contains("no-store");
    }
    assertThat(verify(http, "", anonymous.getString("token")).header("x-session-subject"))
        .contains("");
    assertDenied(verify(http, "?require=subject", anonymous.getString("token")));
    api.delete("/v1/sessions/" + alice.getString("id"));
    assertDenied(http.get(VERIFY, alice.getString("token")));
    assertDenied(http.get(VERIFY));
    assertDenied(verify(http, "", "forged"));
    assertDenied(verify(http, "", anonymous.getString("id")));
    assertThat(verify(http, "?require=something", anonymous.getString("token")).status())
        .isEqualTo(400);
  }

  private static void assertDenied(Answer answer) {
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.header("cache-control")).contains("no-store");
    assertThat(answer.header("content-type")).contains("application/problem+json");
    assertThat(answer.header("x-session-id")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"alice", "中文", "a b", " a ", "100%", "%61dmin", "é\r\nX-Session-Id: x", "\u007f~"})
  void everySubjectCanBeReadBack(String subject) {
    ApiProbe api = Backend.LOCAL.sharedApi();
    String token = api.begin(new JsonObject().put("subject", subject).encode()).getString("token");
    String header = verify(api.http(), "", token).header("x-session-subject").orElse("");
    assertThat(header).matches("[\\x20-\\x7E]+");
    assertThat(URLDecoder.decode(header.replace("+", "%2B"), StandardCharsets.UTF_8))
        .isEqualTo(subject);
  }

  @Test
  void headAnswersAsGetDoes() {
    ApiProbe api = Backend.LOCAL.sharedApi();
    String token = api.begin("{\"subject\": \"a\"}").getString("token");
    HttpProbe http = api.http();
    Answer head = http.send(api.request("HEAD", VERIFY, "", "Session-Token", token));
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.header("x-session-subject")).contains("a");
    assertThat(http.method("HEAD", VERIFY).status()).isEqualTo(401);
  }

  @Test
  void aVerifiedRequestIsActivityAndSendsThePersistentCookieAgainWhenThatIsWritten() {
    ManualClock clock = new ManualClock();
    Map<String, String> settings = Map.of("STORE", "local", "API_KEYS", ApiProbe.KEYS);
    try (RunningServer server = RunningServer.start(settings, clock)) {
      ApiProbe api = new ApiProbe(server.port());
      JsonObject session = api.begin("{\"idle_timeout\": 600}");
      String token = session.getString("token");
      clock.advance(Duration.ofSeconds(59));
      assertThat(api.http().get(VERIFY, token).setCookies()).isEmpty();
      clock.advance(Duration.ofSeconds(1));
      // By id and in a list a session is only looked at.
      JsonObject looked = api.get("/v1/sessions/" + session.getString("id")).json();
      assertThat(looked.getString("expires_at")).isEqualTo(session.getString("expires_at"));
      Answer touched = api.http().get(VERIFY, token);
      assertThat(touched.token()).isEqualTo(token);
      assertThat(touched.header("x-session-expires"))
          .isNotEqualTo(Optional.of(session.getString("expires_at")));
      assertThat(api.http().get(VERIFY, token).setCookies()).isEmpty();
      clock.advance(Duration.ofSeconds(60));
      Answer current = api.get("/v1/sessions/current", "Cookie", "sessionid=" + token);
      assertThat(current.token()).isEqualTo(token);
      assertThat(current.json().getString("last_seen_at"))
          .isNotEqualTo(session.getString("last_seen_at"));
      clock.advance(Duration.ofMinutes(11));
      assertThat(api.http().get(VERIFY, token).status()).isEqualTo(401);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Backend.class,
      names = {"LOCAL"},
      mode = EnumSource.Mode.EXCLUDE)
  void aRequestCostsAtMostOneCallOfTheStore(Backend backend) {
    Map<String, String> settings = backend.newSettings();
    settings.put("LAYERED_MAX_STALE", "1h");
    settings.put("PURGE_INTERVAL", "1d");
    try (RunningServer server = RunningServer.start(settings)) {
      ApiProbe api = new ApiProbe(server.port());
      HttpProbe management = new HttpProbe(server.managementPort());
      String token = api.begin("{}").getString("token");
      verify(api.http(), "", token);
      double cost = costOfTen(api, management, token);
      if (backend.name().startsWith("LAYERED")) {
        // The node may not be told of changes yet, or not have been told yet of its own.
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (cost > 0 && System.nanoTime() - deadline < 0) {
          cost = costOfTen(api, management, token);
        }
        assertThat(cost).isZero();
      } else {
        assertThat(cost).isEqualTo(10);
      }
      double before = calls(management);
      String forged = token.substring(0, 44) + token.substring(0, 43);
      for (String text :
          List.of(forged, "", "x", "a.b", "'; DROP", token + "x", "../..", "x".repeat(4000))) {
        assertThat(verify(api.http(), "", text).status()).isEqualTo(401);
      }
      assertThat(api.http().get(VERIFY).status()).isEqualTo(401);
      assertThat(api.http().get(VERIFY + "?sid=" + token).status()).isEqualTo(401);
      assertThat(calls(management)).isEqualTo(before);
    }
  }

  private static double costOfTen(ApiProbe api, HttpProbe management, String token) {
    double before = calls(management);
    for (int i = 0; i < 10; i++) {
      assertThat(verify(api.http(), "", token).status()).isEqualTo(200);
    }
    return calls(management) - before;
  }

  private static double calls(HttpProbe management) {
    return management
        .get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith("statekeep_store_calls_seconds_count"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  @ParameterizedTest
  @ValueSource(strings = {"redis", "layered"})
  void anOutageIsNeitherYesNorNo(String store) {
    OwnRedis redis = OwnRedis.start();
    Map<String, String> settings = new HashMap<>(Backend.LAYERED_REDIS.newSettings());
    settings.put("STORE", store);
    settings.put("LAYERED_MAX_STALE", "0");
    settings.put("STORE_TIMEOUT", "500ms");
    settings.put("REDIS_URL", redis.url());
    try (RunningServer server = RunningServer.start(settings)) {
      ApiProbe api = new ApiProbe(server.port());
      JsonObject session = api.begin("{}");
      redis.stop();
      String one = "/v1/sessions/" + session.getString("id");
      String[] token = {"Session-Token", session.getString("token")};
      for (Answer answer :
          List.of(
              api.get(VERIFY, token),
              api.get("/v1/sessions/current", token),
              api.get(one),
              api.get("/v1/sessions"),
              api.post("/v1/sessions", "{}"),
              api.patch(one, "{}"),
              api.post(one + "/increment", "{\"name\": \"a\"}"),
              api.post("/v1/sessions/current/rotate", "{}", token),
              api.delete(one),
              api.delete("/v1/sessions/current", token),
              api.delete("/v1/sessions?subject=a"))) {
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.header("retry-after")).isPresent();
        assertThat(answer.header("cache-control")).contains("no-store");
        assertThat(answer.setCookies()).isEmpty();
      }
      assertThat(api.http().get(VERIFY).status()).isEqualTo(401);
    } finally {
      redis.stop();
    }
  }
}
