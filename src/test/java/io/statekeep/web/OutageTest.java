package io.statekeep.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.service.RunningServer;
import io.statekeep.signing.KeyRing;
import io.statekeep.testing.HttpProbe;
import io.statekeep.testing.HttpProbe.Answer;
import io.statekeep.testing.OwnRedis;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients see while the store is away: an outage, and never an absent session. */
class OutageTest {
  private OwnRedis redis;

  @BeforeEach
  void startRedis() {
    redis = OwnRedis.start();
  }

  @AfterEach
  void stopRedis() {
    redis.stop();
  }

  private RunningServer serve(String store) {
    Map<String, String> settings = new HashMap<>();
    settings.put("STORE", store);
    settings.put("LAYERED_BACKING", "redis");
    // No copy outlives the outage's beginning by enough to be met below.
    settings.put("LAYERED_MAX_STALE", "0");
    settings.put("STORE_TIMEOUT", "500ms");
    settings.put("REDIS_URL", redis.url());
    settings.put("TOKEN_SIGNING_KEYS", KeyRing.newKey(new SecureRandom()));
    settings.put("USERS_FILE", "src/test/resources/users");
    return RunningServer.start(settings);
  }

  @ParameterizedTest
  @ValueSource(strings = {"redis", "layered"})
  void anOutageIsSaidAndNeverLooksLikeALogout(String store) {
    try (RunningServer server = serve(store)) {
      HttpProbe http = new HttpProbe(server.port());
      HttpProbe management = new HttpProbe(server.managementPort());
      String token = http.get("/set_session?user_id=5").token();
      assertThat(management.get("/health/ready").status()).isEqualTo(200);
      redis.stop();
      for (String path :
          List.of("/get_session", "/set_session", "/update_session", "/del_session")) {
        assertOutage(http.get(path, token));
      }
      assertOutage(http.get("/set_session"));
      assertOutage(
          http.post(
              "/login",
              token,
              "application/x-www-form-urlencoded",
              "username=alice&password=secret"));
      assertOutage(http.post("/logout", token, "text/plain", ""));
      // What needs no store goes on.
      assertThat(http.get("/plain").status()).isEqualTo(200);
      assertThat(http.get("/get_session").body()).isEqualTo("get_session:None");
      assertThat(http.get("/get_session", "forged").body()).isEqualTo("get_session:None");
      assertThat(management.get("/health/live").status()).isEqualTo(200);
      assertThat(management.get("/health/ready").status()).isEqualTo(503);
      redis = redis.restart();
      served(() -> management.get("/health/ready"));
      assertThat(served(() -> http.get("/get_session", token)).body())
          .isEqualTo("get_session:None");
      String fresh = served(() -> http.get("/set_session?user_id=6")).token();
      assertThat(served(() -> http.get("/get_session", fresh)).body()).isEqualTo("get_session:6");
    }
  }

  private static void assertOutage(Answer answer) {
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.header("retry-after")).isPresent();
    assertThat(answer.header("content-type")).contains("application/problem+json");
    assertThat(answer.setCookies()).isEmpty();
  }

  // Each event loop finds the store again on its own connection, within a second of the others.
  private static Answer served(Supplier<Answer> request) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < TimeUnit.SECONDS.toNanos(10)) {
      Answer answer = request.get();
      if (answer.status() != 503) {
        return answer;
      }
    }
    throw new AssertionError("the node did not serve again");
  }
}
