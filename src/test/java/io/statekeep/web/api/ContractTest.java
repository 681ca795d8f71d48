package io.statekeep.web.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.service.RunningServer;
import io.statekeep.session.Deadline;
import io.statekeep.session.SessionPolicy;
import io.statekeep.session.Sessions;
import io.statekeep.testing.ApiProbe;
import io.statekeep.testing.Await;
import io.statekeep.testing.Backend;
import io.statekeep.testing.HttpProbe.Answer;
import io.statekeep.testing.OwnRedis;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** openapi.yaml says what is served, all of it and nothing else. */
class ContractTest {
  private static final Contract CONTRACT = Contract.load();
  private static final String ALL = "/v1/sessions";
  private static final String ONE = "/v1/sessions/{ref}";
  private static final String INCREMENT = ONE + "/increment";
  private static final String ROTATE = ALL + "/current/rotate";
  private static final String VERIFY = "/v1/verify";
  private static final String EVENTS = "/v1/events";

  private final Set<String> served = new TreeSet<>();

  @Test
  void everyPathIsDocumentedAndEveryDocumentedPathIsThere() {
    Vertx vertx = Vertx.vertx();
    Router router = Router.router(vertx);
    Sessions sessions = new Sessions(null, null, SessionPolicy.DEFAULT, InstantSource.system());
    new Api(
            sessions,
            null,
            ApiKeys.NONE,
            null,
            null,
            new AwaitedContract(Future.succeededFuture(CONTRACT), new Deadline(1000)),
            null,
            null,
            1)
        .attach(router);
    Set<String> paths =
        router.getRoutes().stream()
            .map(route -> route.getName().replace(":ref", "{ref}"))
            .filter(path -> !path.endsWith("*") && !path.equals("/v1/"))
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(paths)
        .isEqualTo(new TreeSet<>(CONTRACT.document().getJsonObject("paths").fieldNames()));
    Await.await(vertx.close());
  }

  @Test
  void everyMethodIsDocumentedAndEveryDocumentedMethodIsThere() {
    ApiProbe api = Backend.LOCAL.sharedApi();
    JsonObject paths = CONTRACT.document().getJsonObject("paths");
    for (String path : paths.fieldNames()) {
      Set<String> methods = new TreeSet<>(paths.getJsonObject(path).fieldNames());
      Answer refused = api.http().method("BREW", path.replace("{ref}", "current"));
      assertThat(refused.status()).isEqualTo(405);
      String allow = refused.header("allow").orElse("").toLowerCase(Locale.ROOT);
      Set<String> allowed = new TreeSet<>(List.of(allow.split(", ", -1)));
      // HEAD is there wherever GET is, but for the stream.
      assertThat(allowed.contains("head"))
          .isEqualTo(methods.contains("get") && !path.equals(EVENTS));
      allowed.remove("head");
      methods.remove("head");
      assertThat(allowed).isEqualTo(methods);
    }
  }

  @Test
  void everyAnswerIsDocumentedAndEveryDocumentedAnswerIsGiven() {
    succeed(Backend.LOCAL.sharedApi());
    refuse(Backend.LOCAL.sharedApi());
    throttle();
    breakDown();
    Set<String> documented = new TreeSet<>();
    Contract.forEachOperation(
        CONTRACT.document(),
        (place, operation) ->
            operation
                .getJsonObject("responses")
                .fieldNames()
                .forEach(status -> documented.add(place + " " + status)));
    assertThat(served).containsExactlyInAnyOrderElementsOf(documented);
  }

  private void succeed(ApiProbe api) {
    Answer begun = serve("post " + ALL, api.post(ALL, "{\"subject\": \"contract\"}"));
    String one = ALL + "/" + begun.json().getString("id");
    String[] token = {"Session-Token", begun.json().getString("token")};
    serve("get " + ALL, api.get(ALL + "?limit=1"));
    serve("get " + ONE, api.get(one));
    serve("patch " + ONE, api.patch(one, "{\"attributes\": {\"a\": [null]}}"));
    serve("post " + INCREMENT, api.post(one + "/increment", "{\"name\": \"n\"}"));
    serve("get " + VERIFY, api.get(VERIFY, token));
    serve("head " + VERIFY, head(api, token));
    serve("post " + ROTATE, api.post(ROTATE, "", token));
    serve("delete " + ONE, api.delete(one));
    serve("delete " + ALL, api.delete(ALL + "?subject=contract"));
    serve("get /openapi.yaml", api.http().get("/openapi.yaml"));
    serve("get /docs", api.http().get("/docs"));
    served.add("get " + EVENTS + " 200");
  }

  private static Answer head(ApiProbe api, String... headers) {
    return api.http().send(api.request("HEAD", VERIFY, "", headers));
  }

  private void refuse(ApiProbe api) {
    Answer begun = api.post(ALL, "{\"attributes\": {\"t\": \"text\"}}");
    String one = ALL + "/" + begun.json().getString("id");
    String[] token = {"Session-Token", begun.json().getString("token")};
    serve("get " + ALL, api.get(ALL + "?limit=0"));
    serve("delete " + ALL, api.delete(ALL));
    serve("get " + ONE, api.get(ALL + "/x"));
    serve("delete " + ONE, api.delete(ALL + "/x"));
    serve("patch " + ONE, api.patch(one, "{}", "If-Match", "\"9\""));
    serve(
        "post " + INCREMENT, api.post(one + "/increment", "{\"name\":\"n\"}", "If-Match", "\"9\""));
    serve("post " + INCREMENT, api.post(one + "/increment", "{\"name\": \"t\"}"));
    String large = "{\"attributes\": {\"a\": \"" + "x".repeat(65_536) + "\"}}";
    serve("patch " + ONE, api.patch(one, large));
    String huge = " ".repeat(300_000) + "{\"name\": \"a\"}";
    Map<String, Function<String[], Answer>> writes =
        Map.of(
            "post " + ALL, given -> api.post(ALL, given[0], rest(given)),
            "patch " + ONE, given -> api.patch(ALL + "/current", given[0], rest(given)),
            "post " + INCREMENT,
                given -> api.post(ALL + "/current/increment", given[0], rest(given)),
            "post " + ROTATE, given -> api.post(ROTATE, given[0], rest(given)));
    writes.forEach(
        (place, call) -> {
          serve(place, call.apply(new String[] {"{"}));
          serve(place, call.apply(new String[] {huge}));
          serve(place, call.apply(new String[] {"{}", "Content-Type", "text/plain"}));
          if (!place.endsWith(ALL)) {
            // No token: there is no current session.
            String sound = place.endsWith("increment") ? "{\"name\": \"a\"}" : "{}";
            serve(place, call.apply(new String[] {sound}));
          }
        });
    String[] repeat = {"Idempotency-Key", "contract-" + begun.json().getString("id")};
    api.post(ALL, "{}", repeat);
    serve("post " + ALL, api.post(ALL, "{\"subject\": \"other\"}", repeat));
    serve("get " + VERIFY, api.get(VERIFY));
    serve("get " + VERIFY, api.get(VERIFY + "?require=x"));
    serve("head " + VERIFY, head(api));
    serve("head " + VERIFY, api.http().method("HEAD", VERIFY + "?require=x"));
    serve("get " + EVENTS, api.get(EVENTS, "Last-Event-ID", "no such cursor \u00e9"));
    withKey(api, "", Set.of(401));
    withKey(api, "Bearer " + ApiProbe.READ_ONLY, Set.of(403));
    assertThat(api.get(ALL + "/current", token).status()).isEqualTo(200);
  }

  private static String[] rest(String[] given) {
    return List.of(given).subList(1, given.length).toArray(new String[0]);
  }

  /** Calls every route by this key; counts those that answer so. */
  private void withKey(ApiProbe api, String authorization, Set<Integer> statuses) {
    String[] key = {"Authorization", authorization};
    Map<String, Answer> answers = new HashMap<>();
    answers.put("get " + ALL, api.get(ALL, key));
    answers.put("post " + ALL, api.post(ALL, "{}", key));
    answers.put("delete " + ALL, api.delete(ALL + "?subject=a", key));
    answers.put("get " + ONE, api.get(ALL + "/current", key));
    answers.put("patch " + ONE, api.patch(ALL + "/current", "{}", key));
    answers.put("delete " + ONE, api.delete(ALL + "/current", key));
    answers.put("post " + INCREMENT, api.post(ALL + "/current/increment", "{}", key));
    answers.put("post " + ROTATE, api.post(ROTATE, "{}", key));
    if (!authorization.contains(ApiProbe.READ_ONLY)) {
      answers.put("get " + EVENTS, api.get(EVENTS, key));
    }
    answers.values().removeIf(answer -> !statuses.contains(answer.status()));
    assertThat(answers).isNotEmpty();
    answers.forEach(this::serve);
  }

  private void throttle() {
    Map<String, String> settings =
        Map.of("STORE", "local", "API_KEYS", ApiProbe.KEYS, "SESSION_MAX_PER_SUBJECT", "1");
    try (RunningServer server = RunningServer.start(settings)) {
      ApiProbe api = new ApiProbe(server.port());
      String token = api.begin("{}").getString("token");
      api.begin("{\"subject\": \"a\"}");
      String login = "{\"subject\": \"a\"}";
      serve("post " + ROTATE, api.post(ROTATE, login, "Session-Token", token));
      for (int i = 0; i < 100; i++) {
        api.get(ALL, "Authorization", "Bearer wrong");
      }
      withKey(api, "Bearer wrong", Set.of(429));
    }
  }

  private void breakDown() {
    OwnRedis redis = OwnRedis.start();
    Map<String, String> settings = new HashMap<>(Backend.REDIS.newSettings());
    settings.put("STORE_TIMEOUT", "500ms");
    settings.put("REDIS_URL", redis.url());
    try (RunningServer server = RunningServer.start(settings)) {
      ApiProbe api = new ApiProbe(server.port());
      JsonObject session = api.begin("{}");
      redis.stop();
      String one = ALL + "/" + session.getString("id");
      String[] token = {"Session-Token", session.getString("token")};
      serve("get " + ALL, api.get(ALL));
      serve("post " + ALL, api.post(ALL, "{}"));
      serve("delete " + ALL, api.delete(ALL + "?subject=a"));
      serve("get " + ONE, api.get(one));
      serve("patch " + ONE, api.patch(one, "{}"));
      serve("delete " + ONE, api.delete(one));
      serve("post " + INCREMENT, api.post(one + "/increment", "{\"name\": \"a\"}"));
      serve("post " + ROTATE, api.post(ROTATE, "{}", token));
      serve("get " + VERIFY, api.get(VERIFY, token));
      serve("head " + VERIFY, head(api, token));
      serve("get " + EVENTS, api.get(EVENTS));
    } finally {
      redis.stop();
    }
  }

  private Answer serve(String place, Answer answer) {
    String path = place.substring(place.indexOf(' ') + 1);
    String method = place.substring(0, place.indexOf(' '));
    String status = Integer.toString(answer.status());
    JsonObject responses =
        CONTRACT
            .document()
            .getJsonObject("paths")
            .getJsonObject(path)
            .getJsonObject(method)
            .getJsonObject("responses");
    assertThat(responses.fieldNames()).as(place + " " + answer.body()).contains(status);
    JsonObject response = CONTRACT.resolve(responses.getJsonObject(status));
    for (String header : response.getJsonObject("headers", new JsonObject()).fieldNames()) {
      assertThat(answer.header(header)).as(place + " " + status + " " + header).isPresent();
    }
    if (!method.equals("head")) {
      assertBody(place + " " + status, response.getJsonObject("content"), answer);
    }
    served.add(place + " " + status);
    return answer;
  }

  private static final Pattern MEDIA = Pattern.compile("[a-z]+/[a-z+-]+");

  private static void assertBody(String place, JsonObject content, Answer answer) {
    if (content == null) {
      assertThat(answer.body()).as(place).isEmpty();
      return;
    }
    Matcher media = MEDIA.matcher(answer.header("content-type").orElse(""));
    assertThat(media.lookingAt()).as(place).isTrue();
    assertThat(content.fieldNames()).as(place).contains(media.group());
    if (media.group().endsWith("json")) {
      JsonObject schema = content.getJsonObject(media.group()).getJsonObject("schema");
      assertThat(Contract.fits(CONTRACT.validator("test", schema).validate(answer.json())))
          .as(place + " " + answer.body())
          .isTrue();
      assertThat(answer.header("cache-control")).as(place).contains("no-store");
    }
  }

  @Test
  void examplesFitTheirSchemas() {
    Contract.forEachOperation(
        CONTRACT.document(),
        (place, operation) -> {
          JsonObject body = operation.getJsonObject("requestBody");
          if (body != null) {
            assertExamples(place, body.getJsonObject("content"));
          }
          JsonObject responses = operation.getJsonObject("responses");
          for (String status : responses.fieldNames()) {
            JsonObject response = CONTRACT.resolve(responses.getJsonObject(status));
            assertExamples(place, response.getJsonObject("content", new JsonObject()));
          }
        });
  }

  private static void assertExamples(String place, JsonObject content) {
    for (String media : content.fieldNames()) {
      JsonObject of = content.getJsonObject(media);
      if (of.getValue("example") instanceof JsonObject example) {
        assertThat(
                Contract.fits(
                    CONTRACT.validator("test", of.getJsonObject("schema")).validate(example)))
            .as(place + " " + example)
            .isTrue();
      }
    }
  }

  @Test
  void noTokenIsEverPartOfAUrl() {
    Contract.forEachOperation(
        CONTRACT.document(),
        (place, operation) ->
            assertThat(CONTRACT.query(operation.getString("operationId")).keySet())
                .doesNotContain("token", "key", "sessionid", "sid"));
  }

  @Test
  void thePageShowsEveryRouteAndTakesNothingFromElsewhere() {
    Answer page = Backend.LOCAL.shared().get("/docs");
    assertThat(page.header("content-type").orElse("")).startsWith("text/html");
    assertThat(page.header("content-security-policy").orElse(""))
        .startsWith("default-src 'none'; style-src 'sha256-")
        .doesNotContain("unsafe");
    assertThat(page.body())
        .doesNotContainIgnoringCase("<script")
        .doesNotContain("src=")
        .doesNotContain("href=\"http");
    Contract.forEachOperation(
        CONTRACT.document(),
        (place, operation) -> {
          String path = place.substring(place.indexOf(' '));
          assertThat(page.body()).contains(path + "</code></h2>");
        });
  }
}
