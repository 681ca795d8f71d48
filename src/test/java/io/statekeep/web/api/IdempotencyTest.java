package io.statekeep.web.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.service.RunningServer;
import io.statekeep.signing.KeyRing;
import io.statekeep.testing.ApiProbe;
import io.statekeep.testing.Backend;
import io.statekeep.testing.HttpProbe.Answer;
import io.statekeep.testing.Servers;
import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A creation that is asked for again. */
class IdempotencyTest {
  private static final String ALL = "/v1/sessions";
  private static final String CURRENT = "/v1/sessions/current";
  private static final String KEY = "Idempotency-Key";

  @ParameterizedTest
  @EnumSource(Backend.class)
  void theSameBodyAgainIsTheSameSessionAndAnotherBodyAConflict(Backend backend) {
    ApiProbe api = backend.sharedApi();
    String key = Servers.newName();
    Answer first = api.post(ALL, "{\"subject\": \"a\"}", KEY, key);
    assertThat(first.status()).isEqualTo(201);
    String id = first.json().getString("id");
    api.patch(ALL + "/" + id, "{\"attributes\": {\"x\": 1}}");
    Answer again = api.post(ALL, "{ \"subject\" : \"a\" }", KEY, key);
    assertThat(again.status()).isEqualTo(201);
    assertThat(again.json().getString("id")).isEqualTo(id);
    assertThat(again.json().getString("token")).isEqualTo(first.json().getString("token"));
    assertThat(again.header("location")).isEqualTo(first.header("location"));
    assertThat(again.header("etag")).contains("\"2\"");
    assertThat(again.json().getJsonObject("attributes")).isEqualTo(new JsonObject("{\"x\": 1}"));
    String token = again.json().getString("token");
    assertThat(api.get(CURRENT, "Session-Token", token).status()).isEqualTo(200);
    assertThat(api.post(ALL, "{\"subject\": \"b\"}", KEY, key).status()).isEqualTo(409);
    assertThat(api.post(ALL, "{\"subject\": \"a\"}", KEY, key + "x").json().getString("id"))
        .isNotEqualTo(id);
    api.delete(ALL + "/" + id);
    Answer ended = api.post(ALL, "{\"subject\": \"a\"}", KEY, key);
    assertThat(ended.status()).isEqualTo(409);
    assertThat(ended.json().getString("detail")).contains("has ended");
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void fiftyConcurrentCreationsWithOneKeyOverTwoNodesGiveOneSession(Backend backend) {
    Map<String, String> settings = backend.newSettings();
    // Embedded, the one node is all there is.
    boolean shared = !backend.name().endsWith("HSQLDB") && backend != Backend.LOCAL;
    try (RunningServer one = RunningServer.start(settings)) {
      RunningServer two = shared ? RunningServer.start(settings) : one;
      List<ApiProbe> nodes = List.of(new ApiProbe(one.port()), new ApiProbe(two.port()));
      List<CompletableFuture<Answer>> calls = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        calls.add(nodes.get(i % 2).postAsync(ALL, "{\"subject\": \"s\"}", KEY, "one"));
      }
      Set<String> tokens = new HashSet<>();
      for (CompletableFuture<Answer> call : calls) {
        assertThat(call.join().status()).isEqualTo(201);
        tokens.add(call.join().json().getString("token"));
      }
      assertThat(tokens).hasSize(1);
      for (ApiProbe node : nodes) {
        assertThat(node.get(ALL).json().getJsonArray("sessions")).hasSize(1);
        assertThat(node.get(CURRENT, "Session-Token", tokens.iterator().next()).status())
            .isEqualTo(200);
      }
      if (shared) {
        two.close();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Backend.class,
      names = {"HSQLDB", "POSTGRES", "LAYERED_REDIS"})
  void aRollOfTheSigningKeysDoesNotForgetTheToken(Backend backend) {
    Map<String, String> settings = backend.newSettings();
    String token;
    try (RunningServer server = RunningServer.start(settings)) {
      token = new ApiProbe(server.port()).post(ALL, "{}", KEY, "k").json().getString("token");
    }
    String old = settings.get("TOKEN_SIGNING_KEYS");
    settings.put("TOKEN_SIGNING_KEYS", KeyRing.newKey(new SecureRandom()) + "," + old);
    try (RunningServer server = RunningServer.start(settings)) {
      ApiProbe api = new ApiProbe(server.port());
      JsonObject again = api.post(ALL, "{}", KEY, "k").json();
      // The same random part, signed anew.
      assertThat(again.getString("token").substring(0, 43)).isEqualTo(token.substring(0, 43));
      for (String text : List.of(token, again.getString("token"))) {
        assertThat(api.get(CURRENT, "Session-Token", text).status()).isEqualTo(200);
      }
    }
    settings.put("TOKEN_SIGNING_KEYS", KeyRing.newKey(new SecureRandom()));
    try (RunningServer server = RunningServer.start(settings)) {
      assertThat(new ApiProbe(server.port()).post(ALL, "{}", KEY, "k").status()).isEqualTo(409);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a\tb"})
  void aKeyIsVisibleAscii(String key) {
    assertThat(Backend.LOCAL.sharedApi().post(ALL, "{}", KEY, key).status()).isEqualTo(400);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 255, 256})
  void aKeyIsAtMost255CharactersLong(int length) {
    Answer answer = Backend.LOCAL.sharedApi().post(ALL, "{}", KEY, "~".repeat(length));
    assertThat(answer.status()).isEqualTo(length > 255 ? 400 : 201);
  }

  @ParameterizedTest
  @EnumSource(
      value = Backend.class,
      names = {"LOCAL", "HSQLDB", "LAYERED_REDIS"})
  void aSubjectHasAtMostAsManySessionsAsItMay(Backend backend) {
    Map<String, String> settings = backend.newSettings();
    settings.put("SESSION_MAX_PER_SUBJECT", "1");
    try (RunningServer server = RunningServer.start(settings)) {
      ApiProbe api = new ApiProbe(server.port());
      api.begin("{\"subject\": \"a\"}");
      String token = api.begin("{}").getString("token");
      assertThat(api.post(ALL, "{\"subject\": \"a\"}").status()).isEqualTo(409);
      String[] current = {"Session-Token", token};
      assertThat(api.post(CURRENT + "/rotate", "{\"subject\": \"a\"}", current).status())
          .isEqualTo(409);
      assertThat(api.get(CURRENT, current).status()).isEqualTo(200);
    }
  }
}
