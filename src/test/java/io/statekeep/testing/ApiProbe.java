package io.statekeep.testing;

import io.statekeep.testing.HttpProbe.Answer;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.util.concurrent.CompletableFuture;

/** A service with an API key, for one node. Headers are pairs of name and value. */
public record ApiProbe(HttpProbe http) {
  public static final String SECRET = "test-secret-that-is-long-enough-0";
  public static final String READ_ONLY = "test-reader-that-is-long-enough-0";

  /** What {@code api.keys} has to hold. */
  public static final String KEYS = "tests=" + SECRET + ",reader=" + READ_ONLY + ":read";

  private static final String JSON = "application/json";

  public ApiProbe(int port) {
    this(new HttpProbe(port));
  }

  public Answer get(String path, String... headers) {
    return http.send(request("GET", path, "", headers));
  }

  public Answer delete(String path, String... headers) {
    return http.send(request("DELETE", path, "", headers));
  }

  public Answer post(String path, String json, String... headers) {
    return http.send(request("POST", path, json, headers));
  }

  public Answer patch(String path, String json, String... headers) {
    return http.send(request("PATCH", path, json, headers));
  }

  public CompletableFuture<Answer> postAsync(String path, String json, String... headers) {
    return http.sendAsync(request("POST", path, json, headers));
  }

  /** A session that was just begun with this body. */
  public JsonObject begin(String json) {
    Answer answer = post("/v1/sessions", json);
    if (answer.status() != 201) {
      throw new AssertionError(answer.status() + " " + answer.body());
    }
    return new JsonObject(answer.body());
  }

  /** A request with the key and, if there is a body, the type of JSON, unless headers differ. */
  public HttpRequest.Builder request(String method, String path, String body, String... headers) {
    HttpRequest.Builder request =
        http.request(path)
            .method(
                method,
                body.isEmpty()
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body))
            .header("Authorization", "Bearer " + SECRET);
    if (!body.isEmpty()) {
      request.header("Content-Type", JSON);
    }
    for (int i = 0; i < headers.length; i += 2) {
      request.setHeader(headers[i], headers[i + 1]);
    }
    return request;
  }
}
