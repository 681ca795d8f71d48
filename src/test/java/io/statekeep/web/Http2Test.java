package io.statekeep.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.service.RunningServer;
import io.statekeep.testing.HttpProbe;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The same rules where a request comes as HTTP/2, as it does from some proxies. */
class Http2Test {
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
  private RunningServer server;

  @BeforeEach
  void start() throws Exception {
    server = RunningServer.start(Map.of("STORE", "local"));
    // The first request asks for the upgrade, those after it are HTTP/2.
    send("/plain");
    assertThat(send("/plain").version()).isEqualTo(HttpClient.Version.HTTP_2);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /** Each cookie goes as a field of its own (RFC 9113 section 8.2.3). */
  private HttpResponse<String> send(String path, String... cookies)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
    for (String cookie : cookies) {
      request.header("Cookie", cookie);
    }
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void crumbsOfCookiesAreAllRead() throws Exception {
    String token = new HttpProbe(server.port()).get("/set_session?user_id=3").token();
    String session = "sessionid=" + token;
    assertThat(send("/get_session", "a=b", session, "c=d").body()).isEqualTo("get_session:3");
    assertThat(send("/get_cookie", session, "a=b", "username=x").body()).isEqualTo("get_cookie:x");
    HttpResponse<String> ended = send("/del_session", "a=b", session);
    assertThat(ended.headers().allValues("set-cookie")).hasSize(1);
    assertThat(send("/get_session", session).body()).isEqualTo("get_session:None");
  }

  @Test
  void headersOfMoreThanEightKibibytesAreRefused() throws Exception {
    assertThat(send("/plain", "a=" + "x".repeat(7000)).statusCode()).isEqualTo(200);
    String half = "x".repeat(4500);
    try {
      assertThat(send("/plain", "a=" + half, "b=" + half).statusCode()).isEqualTo(431);
    } catch (IOException e) {
      // The stream is reset after the answer, and not every version of the client tells the answer.
      assertThat(e).hasMessageContaining("RST_STREAM");
    }
    assertThat(send("/plain").statusCode()).isEqualTo(200);
  }
}
