package io.statekeep.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.testing.HttpProbe;
import io.statekeep.testing.HttpProbe.Answer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The listener for operators, through real HTTP. */
class ManagementTest {
  private static RunningServer server;
  private static HttpProbe http;

  @BeforeAll
  static void start() {
    server = RunningServer.start(Map.of("STORE", "local", "HTTP_IDLE_TIMEOUT", "1s"));
    http = new HttpProbe(server.managementPort());
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/health/live", "/health/ready", "/metrics"})
  void everyPathIsReadByGetAndHeadAlone(String path) {
    Answer get = http.get(path);
    assertThat(get.status()).isEqualTo(200);
    assertThat(get.body()).isNotEmpty();
    Answer head = http.method("HEAD", path);
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(head.header("content-type")).isEqualTo(get.header("content-type"));
    for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS")) {
      Answer other = http.method(method, path);
      assertThat(other.status()).as(method).isEqualTo(405);
      assertThat(other.header("allow")).contains("GET, HEAD");
      assertThat(other.header("content-type")).contains("application/problem+json");
    }
  }

  @Test
  void healthIsNotForCaches() {
    assertThat(http.get("/health/live").header("cache-control")).contains("no-store");
    assertThat(http.get("/health/ready").header("cache-control")).contains("no-store");
  }

  @Test
  void whatCannotBeReadIsRefusedAsOnThePublicListener() {
    String start = "GET /health/live HTTP/1.1\r\nHost: x\r\n";
    assertThat(http.raw(start + "X: " + "a".repeat(8193) + "\r\n\r\n"))
        .startsWith("HTTP/1.1 431")
        .contains("application/problem+json");
    assertThat(http.raw(start + "bad header\r\n\r\n"))
        .startsWith("HTTP/1.1 400")
        .contains("application/problem+json");
    assertThat(http.raw("GET /" + "x".repeat(9000) + " HTTP/1.1\r\nHost: x\r\n\r\n"))
        .contains(" 414 ");
  }

  @Test
  void aConnectionThatFallsSilentIsClosed() {
    // Each returns when the server closes.
    assertThat(http.raw("")).isEmpty();
    assertThat(http.raw("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")).contains(" 200 ");
  }
}
