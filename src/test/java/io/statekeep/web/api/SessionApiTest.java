package io.statekeep.web.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.testing.ApiProbe;
import io.statekeep.testing.Backend;
import io.statekeep.testing.HttpProbe.Answer;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One session through the API, over every store. */
class SessionApiTest {
  private static final String ALL = "/v1/sessions";
  private static final String CURRENT = "/v1/sessions/current";
  private static final String TOKEN = "[A-Za-z0-9_-]{43}\\.[A-Za-z0-9_-]{43}";
  private static final String ID = "[A-Za-z0-9_-]{43}";
  private static final String INSTANT = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z";

  private static String path(JsonObject session) {
    return ALL + "/" + session.getString("id");
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void aSessionIsBegunWithAllThatWasAskedForAndReadByIdAndByToken(Backend backend) {
    ApiProbe api = backend.sharedApi();
    Answer begun =
        api.post(
            ALL,
            """
            {"subject": "中文 user", "attributes": {"n": 1.10, "none": null, "o": {"a": [1, null]}},
             "idle_timeout": 600, "absolute_timeout": 3600, "persistent": false}""");
    assertThat(begun.status()).isEqualTo(201);
    assertThat(begun.header("cache-control")).contains("no-store");
    assertThat(begun.header("etag")).contains("\"1\"");
    JsonObject session = begun.json();
    assertThat(begun.header("location")).contains(path(session));
    assertThat(session.getString("id")).matches(ID);
    assertThat(session.getString("token")).matches(TOKEN);
    assertThat(session.getString("set_cookie"))
        .isEqualTo("sessionid=" + session.getString("token") + "; Path=/; HttpOnly; SameSite=Lax");
    assertThat(session.getString("subject")).isEqualTo("中文 user");
    assertThat(begun.body()).contains("\"attributes\":{\"n\":1.10,\"o\":{\"a\":[1,null]}}");
    assertThat(session.getInteger("idle_timeout")).isEqualTo(600);
    assertThat(session.getInteger("version")).isEqualTo(1);
    for (String instant :
        List.of("created_at", "last_seen_at", "expires_at", "absolute_expires_at")) {
      assertThat(session.getString(instant)).matches(INSTANT);
    }
    Answer byId = api.get(path(session));
    assertThat(byId.status()).isEqualTo(200);
    assertThat(byId.header("etag")).contains("\"1\"");
    JsonObject expected = session.copy();
    expected.remove("token");
    expected.remove("set_cookie");
    assertThat(byId.json()).isEqualTo(expected);
    String token = session.getString("token");
    assertThat(api.get(CURRENT, "Session-Token", token).json()).isEqualTo(expected);
    assertThat(api.get(CURRENT, "Cookie", "a=b; sessionid=" + token).json()).isEqualTo(expected);
    // The id is no token, and the token no id.
    assertThat(api.get(CURRENT, "Session-Token", session.getString("id")).status()).isEqualTo(404);
    assertThat(api.get(ALL + "/" + token).status()).isEqualTo(404);
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void aSessionOfNothingIsASession(Backend backend) {
    ApiProbe api = backend.sharedApi();
    JsonObject session = api.begin("{}");
    assertThat(session.getValue("subject")).isNull();
    assertThat(session.getJsonObject("attributes")).isEmpty();
    assertThat(session.getValue("absolute_expires_at")).isNull();
    assertThat(session.getInteger("idle_timeout")).isEqualTo(1_209_600);
    assertThat(session.getString("set_cookie")).contains("; Max-Age=1209600; ");
    assertThat(api.get(path(session)).status()).isEqualTo(200);
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void aPatchSetsRemovesAndLeavesTheRest(Backend backend) {
    ApiProbe api = backend.sharedApi();
    JsonObject session = api.begin("{\"attributes\": {\"a\": 1, \"b\": 2, \"c\": {\"x\": 1}}}");
    Answer patched =
        api.patch(
            path(session),
            "{\"attributes\": {\"a\": null, \"c\": {\"y\": null}, \"d\": \"é\"}}",
            "Content-Type",
            "application/merge-patch+json");
    assertThat(patched.status()).isEqualTo(200);
    assertThat(patched.header("etag")).contains("\"2\"");
    JsonObject expected = new JsonObject("{\"b\": 2, \"c\": {\"y\": null}, \"d\": \"é\"}");
    assertThat(patched.json().getJsonObject("attributes")).isEqualTo(expected);
    assertThat(api.get(path(session)).json()).isEqualTo(patched.json());
    Answer byToken =
        api.patch(CURRENT, "{\"idle_timeout\": 60}", "Session-Token", session.getString("token"));
    assertThat(byToken.json().getInteger("idle_timeout")).isEqualTo(60);
    assertThat(byToken.json().getJsonObject("attributes")).isEqualTo(expected);
    assertThat(api.patch(path(session), "{}").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void aStaleConditionWritesNothing(Backend backend) {
    ApiProbe api = backend.sharedApi();
    JsonObject session = api.begin("{\"attributes\": {\"a\": 1}}");
    String patch = "{\"attributes\": {\"a\": 2}}";
    for (String stale : List.of("\"2\"", "W/\"1\"", "\"x\"", "\"\"", "\"7\", \"8\"", "\"01\"")) {
      assertThat(api.patch(path(session), patch, "If-Match", stale).status()).isEqualTo(412);
    }
    assertThat(api.patch(path(session), "{}", "If-Match", "\"2\"").status()).isEqualTo(412);
    for (String malformed : List.of("1", "\"1", "\"1\" \"2\"", "*, \"1\"", "")) {
      assertThat(api.patch(path(session), patch, "If-Match", malformed).status()).isEqualTo(400);
    }
    assertThat(api.get(path(session)).json().getInteger("version")).isEqualTo(1);
    assertThat(api.patch(path(session), patch, "If-Match", "\"1\"").status()).isEqualTo(200);
    assertThat(api.patch(path(session), patch, "If-Match", "\"9\" ,, \"2\"").status())
        .isEqualTo(200);
    assertThat(api.patch(path(session), patch, "If-Match", "*").header("etag")).contains("\"4\"");
    String counted = path(session) + "/increment";
    assertThat(api.post(counted, "{\"name\": \"a\"}", "If-Match", "\"3\"").status()).isEqualTo(412);
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void fiftyConcurrentIncrementsAddFifty(Backend backend) {
    ApiProbe api = backend.sharedApi();
    String path = path(api.begin("{}")) + "/increment";
    List<CompletableFuture<Answer>> calls = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      calls.add(api.postAsync(path, "{\"name\": \"cart\"}"));
    }
    Set<Integer> sums = new TreeSet<>();
    calls.forEach(call -> sums.add(call.join().json().getInteger("value")));
    assertThat(sums).hasSize(50).contains(1, 50);
    Answer down = api.post(path, "{\"name\": \"cart\", \"by\": -60}");
    assertThat(down.json()).isEqualTo(new JsonObject("{\"name\": \"cart\", \"value\": -10}"));
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void whatIsNoNumberIsNotAddedTo(Backend backend) {
    ApiProbe api = backend.sharedApi();
    JsonObject session =
        api.begin("{\"attributes\": {\"t\": \"1\", \"f\": 1.5, \"m\": 9223372036854775807}}");
    for (String name : List.of("t", "f", "m")) {
      Answer refused = api.post(path(session) + "/increment", "{\"name\": \"" + name + "\"}");
      assertThat(refused.status()).isEqualTo(409);
    }
    assertThat(api.get(path(session)).json().getInteger("version")).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void aRotationEndsTheOldTokenAndKeepsTheData(Backend backend) {
    ApiProbe api = backend.sharedApi();
    JsonObject old = api.begin("{\"subject\": \"a\", \"attributes\": {\"x\": 1}}");
    String token = old.getString("token");
    Answer rotated = api.post(CURRENT + "/rotate", "", "Session-Token", token);
    assertThat(rotated.status()).isEqualTo(200);
    JsonObject fresh = rotated.json();
    assertThat(fresh.getString("id")).isNotEqualTo(old.getString("id"));
    assertThat(fresh.getString("set_cookie"))
        .startsWith("sessionid=" + fresh.getString("token") + "; Max-Age=");
    assertThat(fresh.getJsonObject("attributes")).isEqualTo(old.getJsonObject("attributes"));
    assertThat(fresh.getString("created_at")).isEqualTo(old.getString("created_at"));
    assertThat(api.get(CURRENT, "Session-Token", token).status()).isEqualTo(404);
    assertThat(api.get(path(old)).status()).isEqualTo(404);
    assertThat(api.get(path(fresh)).status()).isEqualTo(200);
    // By cookie, the browser has to hear of it, too.
    Answer login =
        api.post(
            CURRENT + "/rotate",
            "{\"subject\": \"b\"}",
            "Cookie",
            "sessionid=" + fresh.getString("token"));
    assertThat(login.json().getString("subject")).isEqualTo("b");
    assertThat(login.token()).isEqualTo(login.json().getString("token"));
    assertThat(api.post(CURRENT + "/rotate", "{}", "Session-Token", token).status()).isEqualTo(404);
    assertThat(api.post(CURRENT + "/rotate", "").status()).isEqualTo(404);
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void withinItsGraceTheOldTokenReadsAndDoesNothingElse(Backend backend) {
    ApiProbe api = backend.sharedApi();
    JsonObject old = api.begin("{\"subject\": \"a\"}");
    String[] byOld = {"Session-Token", old.getString("token")};
    assertThat(api.post(CURRENT + "/rotate", "{\"grace\": 61}", byOld).status()).isEqualTo(400);
    assertThat(api.post(CURRENT + "/rotate", "{\"grace\": 9, \"subject\": \"b\"}", byOld).status())
        .isEqualTo(400);
    Answer rotated = api.post(CURRENT + "/rotate", "{\"grace\": 60, \"subject\": \"a\"}", byOld);
    assertThat(rotated.status()).isEqualTo(200);
    String id = rotated.json().getString("id");
    assertThat(api.get(CURRENT, byOld).json().getString("id")).isEqualTo(id);
    assertThat(api.get("/v1/verify", byOld).header("x-session-id")).contains(id);
    assertThat(api.patch(CURRENT, "{\"attributes\": {\"a\": 1}}", byOld).status()).isEqualTo(404);
    assertThat(api.post(CURRENT + "/increment", "{\"name\": \"a\"}", byOld).status())
        .isEqualTo(404);
    assertThat(api.post(CURRENT + "/rotate", "{}", byOld).status()).isEqualTo(404);
    assertThat(api.delete(CURRENT, byOld).status()).isEqualTo(404);
    assertThat(api.get(path(rotated.json())).json().getInteger("version")).isEqualTo(2);
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void anEndIsAnEndWheneverItIsAskedFor(Backend backend) {
    ApiProbe api = backend.sharedApi();
    JsonObject one = api.begin("{}");
    for (int i = 0; i < 2; i++) {
      Answer ended = api.delete(path(one));
      assertThat(ended.status()).isEqualTo(204);
      assertThat(ended.body()).isEmpty();
    }
    assertThat(api.get(path(one)).status()).isEqualTo(404);
    assertThat(api.patch(path(one), "{}").status()).isEqualTo(404);
    assertThat(api.post(path(one) + "/increment", "{\"name\": \"a\"}").status()).isEqualTo(404);
    String[] cookie = {"Cookie", "sessionid=" + api.begin("{}").getString("token")};
    for (int i = 0; i < 2; i++) {
      Answer ended = api.delete(CURRENT, cookie);
      assertThat(ended.status()).isEqualTo(204);
      assertThat(ended.setCookies()).singleElement().asString().startsWith("sessionid=; Max-Age=0");
    }
    assertThat(api.get(CURRENT, cookie).status()).isEqualTo(404);
    assertThat(api.delete(CURRENT).status()).isEqualTo(404);
    assertThat(api.delete(CURRENT, "Session-Token", "x").status()).isEqualTo(404);
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void whatIsTooLargeIsRefusedAndChangesNothing(Backend backend) {
    ApiProbe api = backend.sharedApi();
    JsonObject session = api.begin("{\"attributes\": {\"a\": 1}}");
    String large = "{\"attributes\": {\"a\": 2, \"big\": \"" + "x".repeat(65_536) + "\"}}";
    assertThat(api.patch(path(session), large).status()).isEqualTo(413);
    assertThat(api.post(ALL, large).status()).isEqualTo(413);
    JsonObject many = new JsonObject();
    for (int i = 0; i < 256; i++) {
      many.put("n" + i, i);
    }
    String tooMany = new JsonObject().put("attributes", many).encode();
    assertThat(api.patch(path(session), tooMany).status()).isEqualTo(413);
    assertThat(api.post(path(session) + "/increment", "{\"name\": \"b\"}").status()).isEqualTo(200);
    JsonObject left = api.get(path(session)).json();
    assertThat(left.getJsonObject("attributes")).isEqualTo(new JsonObject("{\"a\":1,\"b\":1}"));
    assertThat(api.post(ALL, tooMany).status()).isEqualTo(201);
  }
}
