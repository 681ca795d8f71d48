package io.statekeep.web.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.testing.ApiProbe;
import io.statekeep.testing.Backend;
import io.statekeep.testing.HttpProbe.Answer;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What bodies the API takes. */
class ApiBodyTest {
  private static final String ALL = "/v1/sessions";
  private final ApiProbe api = Backend.LOCAL.sharedApi();

  @ParameterizedTest
  @ValueSource(
      strings = {
        " ",
        "{",
        "[]",
        "null",
        "1",
        "{}x",
        "{} {}",
        "{\"a\": 1, \"a\": 2}",
        "{'subject': 'a'}",
        "{\"unknown\": 1}",
        "{\"id\": \"x\"}",
        "{\"token\": \"x\"}",
        "{\"subject\": 1}",
        "{\"subject\": \"\"}",
        "{\"subject\": \"\\u0000\"}",
        "{\"subject\": \"\\ud800\"}",
        "{\"attributes\": []}",
        "{\"attributes\": null}",
        "{\"attributes\": {\"\": 1}}",
        "{\"attributes\": {\"a\": 1, \"a\": 2}}",
        "{\"attributes\": {\"a\": 1e999}}",
        "{\"idle_timeout\": 0}",
        "{\"idle_timeout\": -1}",
        "{\"idle_timeout\": \"60\"}",
        "{\"idle_timeout\": 3153600001}",
        "{\"absolute_timeout\": 0}",
        "{\"persistent\": \"yes\"}"
      })
  void whatTheContractDoesNotAllowIsABadRequest(String body) {
    Answer answer = api.post(ALL, body);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.header("content-type")).contains("application/problem+json");
    assertThat(answer.json().getInteger("status")).isEqualTo(400);
  }

  @Test
  void namesAreOneToAHundredAndTwentyEightCharactersLong() {
    String id = api.begin("{}").getString("id");
    for (String character : List.of("x", "é", "😀")) {
      String fits = "{\"attributes\": {\"" + character.repeat(128) + "\": 1}}";
      assertThat(api.patch(ALL + "/" + id, fits).status()).isEqualTo(200);
      String over = "{\"attributes\": {\"" + character.repeat(129) + "\": 1}}";
      assertThat(api.patch(ALL + "/" + id, over).status()).isEqualTo(400);
    }
  }

  @Test
  void jsonIsAtMost32Deep() {
    assertThat(api.post(ALL, nested(30)).status()).isEqualTo(201);
    assertThat(api.post(ALL, nested(31)).status()).isEqualTo(400);
    assertThat(api.post(ALL, "[".repeat(100_000)).status()).isEqualTo(400);
    assertThat(api.post(ALL, "{\"attributes\":" + "{\"a\":".repeat(30_000)).status())
        .isEqualTo(400);
  }

  private static String nested(int depth) {
    return "{\"attributes\": {\"a\": " + "[".repeat(depth) + "]".repeat(depth) + "}}";
  }

  @ParameterizedTest
  @CsvSource({
    "POST, application/json, 201",
    "POST, Application/JSON;charset=utf-8, 201",
    "POST, application/merge-patch+json, 415",
    "POST, text/plain, 415",
    "POST, application/x-www-form-urlencoded, 415",
    "POST, multipart/form-data; boundary=x, 415",
    "PATCH, application/json, 200",
    "PATCH, application/merge-patch+json, 200",
    "PATCH, application/json-patch+json, 415",
    "PATCH, text/json, 415"
  })
  void aBodyIsJsonAndSaysSo(String method, String type, int status) {
    String path = method.equals("POST") ? ALL : ALL + "/" + api.begin("{}").getString("id");
    Answer answer = api.http().send(api.request(method, path, "{}", "Content-Type", type));
    assertThat(answer.status()).isEqualTo(status);
  }

  @Test
  void aBodyThatCanHoldNoSessionIsTooLarge() {
    assertThat(api.post(ALL, " ".repeat(300_000) + "{}").status()).isEqualTo(413);
    // An attribute may be escaped to six times its size.
    String escaped = "{\"attributes\": {\"a\": \"" + "\\u0041".repeat(20_000) + "\"}}";
    assertThat(api.post(ALL, escaped).status()).isEqualTo(413);
    assertThat(api.post(ALL, "{\"attributes\": {\"a\": \"" + "A".repeat(65_000) + "\"}}").status())
        .isEqualTo(201);
  }

  @Test
  void spaceBetweenTokensIsNotKept() {
    JsonObject session = api.begin("{\"attributes\" : { \"a b\" :\n[ 1 ,\t\" \\\" \" ] } }");
    Answer read = api.get(ALL + "/" + session.getString("id"));
    assertThat(read.body()).contains("\"attributes\":{\"a b\":[1,\" \\\" \"]}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"name\": 1}",
        "{\"name\": \"\"}",
        "{\"name\": \"a\", \"by\": 1.5}",
        "{\"name\": \"a\", \"by\": \"1\"}",
        "{\"name\": \"a\", \"by\": null}",
        "{\"name\": \"a\", \"by\": 9223372036854775808}",
        "{\"name\": \"a\", \"to\": 1}"
      })
  void anIncrementHasANameAndAWholeNumber(String body) {
    String id = api.begin("{}").getString("id");
    assertThat(api.post(ALL + "/" + id + "/increment", body).status()).isEqualTo(400);
  }

  @ParameterizedTest
  @CsvSource({
    "PUT, /v1/sessions, 'GET, HEAD, POST, DELETE'",
    "PATCH, /v1/sessions, 'GET, HEAD, POST, DELETE'",
    "OPTIONS, /v1/sessions, 'GET, HEAD, POST, DELETE'",
    "POST, /v1/sessions/current, 'GET, HEAD, PATCH, DELETE'",
    "GET, /v1/sessions/current/increment, POST",
    "DELETE, /v1/sessions/current/rotate, POST",
    "POST, /v1/verify, 'GET, HEAD'",
    "OPTIONS, /v1/verify, 'GET, HEAD'",
    "POST, /openapi.yaml, 'GET, HEAD'",
    "POST, /docs, 'GET, HEAD'"
  })
  void anotherMethodIsRefusedWithThoseThatThereAre(String method, String path, String allow) {
    Answer answer = api.http().method(method, path);
    assertThat(answer.status()).isEqualTo(405);
    assertThat(answer.header("allow")).contains(allow);
    assertThat(answer.header("access-control-allow-origin")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "currently", "%2e%2e", "a.b", "'", "{x}", "%00"})
  void whatIsNoIdIsNotFound(String ref) {
    for (String method : List.of("GET", "DELETE")) {
      Answer answer =
          api.http()
              .send(
                  api.request(method, ALL + "/" + ref.replace("{", "%7B").replace("}", "%7D"), ""));
      assertThat(answer.status()).isEqualTo(404);
    }
  }
}
