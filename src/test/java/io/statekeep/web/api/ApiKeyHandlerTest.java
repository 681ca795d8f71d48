package io.statekeep.web.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.service.RunningServer;
import io.statekeep.testing.ApiProbe;
import io.statekeep.testing.Backend;
import io.statekeep.testing.HttpProbe.Answer;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may use the API. */
class ApiKeyHandlerTest {
  private final ApiProbe api = Backend.LOCAL.sharedApi();

  @ParameterizedTest
  @CsvSource({
    "GET, /v1/sessions",
    "HEAD, /v1/sessions",
    "POST, /v1/sessions",
    "DELETE, /v1/sessions?subject=a",
    "GET, /v1/sessions/current",
    "GET, /v1/sessions/not-an-id",
    "PATCH, /v1/sessions/current",
    "DELETE, /v1/sessions/current",
    "POST, /v1/sessions/current/increment",
    "POST, /v1/sessions/current/rotate"
  })
  void withoutAKeyEveryRouteIsClosedWhateverTheCookie(String method, String path) {
    String token = api.begin("{}").getString("token");
    for (String authorization :
        List.of(
            "", "Basic dTpw", "Bearer", token, "Bearer " + token, "Bearer a" + ApiProbe.SECRET)) {
      Answer answer =
          api.http()
              .send(
                  api.request(method, path, "", "Cookie", "sessionid=" + token)
                      .setHeader("Authorization", authorization));
      // Some of these are guesses, of which there may be too many by now.
      assertThat(answer.status()).isIn(401, 429);
      if (answer.status() == 401) {
        assertThat(answer.header("www-authenticate").orElse("")).startsWith("Bearer");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GET, /v1/sessions, '', 200",
    "HEAD, /v1/sessions, '', 200",
    "GET, /v1/sessions/ID, '', 200",
    "POST, /v1/sessions, {}, 403",
    "PATCH, /v1/sessions/ID, {}, 403",
    "DELETE, /v1/sessions/ID, '', 403",
    "DELETE, /v1/sessions?subject=a, '', 403",
    "POST, /v1/sessions/ID/increment, '{\"name\": \"a\"}', 403",
    "POST, /v1/sessions/current/rotate, {}, 403"
  })
  void aKeyThatMayReadOnlyReads(String method, String path, String body, int status) {
    String id = api.begin("{\"subject\": \"a\"}").getString("id");
    String[] reader = {"Authorization", "Bearer " + ApiProbe.READ_ONLY};
    Answer answer = api.http().send(api.request(method, path.replace("ID", id), body, reader));
    assertThat(answer.status()).isEqualTo(status);
    assertThat(api.get("/v1/sessions/" + id).json().getInteger("version")).isEqualTo(1);
  }

  @Test
  void severalKeysAreAliveAtOnceByTheirTextsOrTheirDigests() {
    String digest = HexFormat.of().formatHex(Digests.sha256("c".repeat(32)));
    String keys = "a=" + "A".repeat(32) + ", b=" + "B".repeat(32) + ",c=sha256:" + digest;
    try (RunningServer server = RunningServer.start(Map.of("STORE", "local", "API_KEYS", keys))) {
      ApiProbe there = new ApiProbe(server.port());
      for (String secret : List.of("A", "B", "c")) {
        String[] key = {"Authorization", "bearer " + secret.repeat(32)};
        assertThat(there.get("/v1/sessions", key).status()).isEqualTo(200);
      }
      assertThat(there.get("/v1/sessions", "Authorization", "Bearer " + digest).status())
          .isEqualTo(401);
    }
  }

  @Test
  void withoutAnyKeyConfiguredNobodyGetsIn() {
    try (RunningServer server = RunningServer.start(Map.of("STORE", "local"))) {
      assertThat(new ApiProbe(server.port()).get("/v1/sessions").status()).isEqualTo(401);
    }
  }

  @Test
  void guessingIsThrottledByClientAndARightKeyNever() {
    Map<String, String> settings =
        Map.of("STORE", "local", "API_KEYS", ApiProbe.KEYS, "TRUSTED_PROXIES", "127.0.0.1");
    try (RunningServer server = RunningServer.start(settings)) {
      ApiProbe there = new ApiProbe(server.port());
      Answer last = guess(there, "192.0.2.1");
      for (int i = 0; i < 100; i++) {
        last = guess(there, "192.0.2.1");
      }
      assertThat(last.status()).isEqualTo(429);
      assertThat(last.header("retry-after").orElse("")).matches("[1-9]\\d?");
      assertThat(guess(there, "192.0.2.2").status()).isEqualTo(401);
      assertThat(there.get("/v1/sessions", "X-Forwarded-For", "192.0.2.1").status()).isEqualTo(200);
    }
  }

  private static Answer guess(ApiProbe there, String client) {
    return there.get("/v1/sessions", "Authorization", "Bearer wrong", "X-Forwarded-For", client);
  }
}
