package io.statekeep.web;

import static io.statekeep.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.client.HttpRequest;
import io.vertx.ext.web.client.WebClient;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every request here comes over a real connection from 127.0.0.1. */
class TrustedProxiesTest {
  private static final String PEER = "127.0.0.1";

  private static final AtomicReference<Function<HttpServerRequest, String>> QUESTION =
      new AtomicReference<>();
  private static Vertx vertx;
  private static HttpServer server;
  private static WebClient client;

  @BeforeAll
  static void startServer() {
    vertx = Vertx.vertx();
    server =
        await(
            vertx
                .createHttpServer()
                .requestHandler(request -> request.response().end(QUESTION.get().apply(request)))
                .listen(0, PEER));
    client = WebClient.create(vertx);
  }

  @AfterAll
  static void stopServer() {
    await(vertx.close());
  }

  private static String ask(Function<HttpServerRequest, String> question, String... headers) {
    QUESTION.set(question);
    HttpRequest<Buffer> request = client.get(server.actualPort(), PEER, "/");
    for (int i = 0; i < headers.length; i += 2) {
      request.headers().add(headers[i], headers[i + 1]);
    }
    return await(request.send()).body().toString();
  }

  private static TrustedProxies trusting(String... networks) {
    return TrustedProxies.of(Arrays.asList(networks));
  }

  /** The client of a request with these lines of X-Forwarded-For. */
  private static String clientOf(TrustedProxies proxies, String... forwardedFor) {
    String[] headers = new String[forwardedFor.length * 2];
    for (int i = 0; i < forwardedFor.length; i++) {
      headers[2 * i] = "X-Forwarded-For";
      headers[2 * i + 1] = forwardedFor[i];
    }
    return ask(proxies::client, headers);
  }

  private static boolean isHttps(TrustedProxies proxies, String... headers) {
    return Boolean.parseBoolean(
        ask(request -> Boolean.toString(proxies.isHttps(request)), headers));
  }

  // --- networks

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8, 10.255.255.255, 11.0.0.0",
    "10.1.2.3/8, 10.0.0.0, 9.255.255.255",
    "192.168.1.128/25, 192.168.1.128, 192.168.1.127",
    "192.168.1.7, 192.168.1.7, 192.168.1.6",
    "192.168.1.7/32, 192.168.1.7, 192.168.1.8",
    "128.0.0.0/1, 255.255.255.255, 127.255.255.255",
    "fd00::/8, fdff::1, fe00::1",
    "2001:db8::/33, 2001:db8:7fff::, 2001:db8:8000::",
    "2001:DB8::1, 2001:db8:0:0:0:0:0:1, 2001:db8::2",
    "::1/128, 0:0:0:0:0:0:0:1, ::2"
  })
  void aNetworkTrustsItsAddressesAndNoOthers(String network, String inside, String outside) {
    TrustedProxies proxies = trusting(PEER, network);
    assertThat(clientOf(proxies, "198.51.100.1, " + inside)).isEqualTo("198.51.100.1");
    assertThat(clientOf(proxies, "198.51.100.1, " + outside)).isEqualTo(outside);
  }

  @Test
  void aNetworkOfEverythingTrustsEverythingOfItsKind() {
    assertThat(clientOf(trusting("0.0.0.0/0"), "::1, 198.51.100.1, 203.0.113.9")).isEqualTo("::1");
    assertThat(clientOf(trusting(PEER, "::/0"), "198.51.100.1, ::1, ffff::"))
        .isEqualTo("198.51.100.1");
  }

  @Test
  void anIpv4AddressInIpv6FormIsThatIpv4Address() {
    assertThat(clientOf(trusting(PEER, "10.0.0.0/8"), "198.51.100.1, ::ffff:10.0.0.1"))
        .isEqualTo("198.51.100.1");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "/8",
        "localhost",
        "proxy.example.com/32",
        "10.0.0.0/33",
        "10.0.0.0/-1",
        "10.0.0.0/+8",
        "10.0.0.0/",
        "10.0.0.0/8/8",
        "10.0.0.0/8 ",
        "10.0.0.0/255.0.0.0",
        "10.0.0.0/99999999999",
        "10.0.0/8",
        "10.0.0.256",
        "10.0.0.1:80",
        "10.0.0.0-10.0.0.9",
        "*",
        "::/129",
        "fd00::/8x",
        "fd00:::1",
        "[::1]",
        "[::1]/128",
        "fe80::1%eth0",
        "fe80::1%eth0/64",
        "10.0.0.0/8,::1"
      })
  void whatIsNoNetworkIsRefused(String network) {
    assertThatThrownBy(() -> trusting(PEER, network))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(network + " ");
  }

  // --- who the client is

  @Test
  void withoutTrustedProxiesTheClientIsWhoConnects() {
    assertThat(clientOf(TrustedProxies.NONE, "198.51.100.1")).isEqualTo(PEER);
    assertThat(clientOf(trusting(), "198.51.100.1")).isEqualTo(PEER);
  }

  @Test
  void theHeadersOfAnOutsiderAreIgnored() {
    TrustedProxies proxies = trusting("10.0.0.0/8", "::1", "127.0.0.2");
    assertThat(clientOf(proxies, "198.51.100.1")).isEqualTo(PEER);
    assertThat(clientOf(proxies, "10.0.0.1")).isEqualTo(PEER);
    assertThat(
            ask(
                proxies::client,
                "Forwarded",
                "for=198.51.100.1",
                "X-Real-IP",
                "198.51.100.1",
                "X-Forwarded-Host",
                "198.51.100.1"))
        .isEqualTo(PEER);
    assertThat(isHttps(proxies, "X-Forwarded-Proto", "https")).isFalse();
  }

  @Test
  void otherHeadersOfATrustedProxyAreNotAskedForTheClient() {
    assertThat(
            ask(
                trusting(PEER)::client,
                "Forwarded",
                "for=198.51.100.1",
                "X-Real-IP",
                "198.51.100.1",
                "Client-IP",
                "198.51.100.1"))
        .isEqualTo(PEER);
  }

  @Test
  void theClientIsTheNearestHopThatIsNotTrusted() {
    TrustedProxies proxies = trusting(PEER, "10.0.0.0/8");
    assertThat(clientOf(proxies, "198.51.100.1")).isEqualTo("198.51.100.1");
    assertThat(clientOf(proxies, "198.51.100.1, 10.0.0.1, 10.0.0.2")).isEqualTo("198.51.100.1");
    assertThat(clientOf(proxies, "198.51.100.1,10.0.0.1")).isEqualTo("198.51.100.1");
    assertThat(clientOf(proxies, "10.9.9.9, 203.0.113.9, 10.0.0.1")).isEqualTo("203.0.113.9");
  }

  @Test
  void whatAClientWroteInFrontOfItsOwnAddressIsIgnored() {
    TrustedProxies proxies = trusting(PEER, "10.0.0.0/8");
    for (String spoofed : List.of("127.0.0.1", "10.0.0.1", "198.51.100.77", "x", ",,", "")) {
      assertThat(clientOf(proxies, spoofed + ", 203.0.113.9, 10.0.0.1"))
          .as(spoofed)
          .isEqualTo("203.0.113.9");
    }
  }

  @Test
  void severalLinesAreOneListInTheirOrder() {
    TrustedProxies proxies = trusting(PEER, "10.0.0.0/8");
    assertThat(clientOf(proxies, "198.51.100.77", "203.0.113.9, 10.0.0.1", "10.0.0.2"))
        .isEqualTo("203.0.113.9");
  }

  @Test
  void ofAChainThatIsTrustedThroughoutTheClientIsTheFarthest() {
    assertThat(clientOf(trusting(PEER, "10.0.0.0/8"), "10.0.0.3, 10.0.0.2, 10.0.0.1"))
        .isEqualTo("10.0.0.3");
  }

  @Test
  void aTrustedProxyThatSaysNothingIsTheClient() {
    assertThat(clientOf(trusting(PEER))).isEqualTo(PEER);
    for (String nothing : List.of("", " ", ",", " , ,")) {
      assertThat(clientOf(trusting(PEER), nothing)).as(nothing).isEqualTo(PEER);
    }
  }

  @Test
  void emptyElementsOfTheListDoNotCount() {
    // RFC 9110 section 5.6.1.2
    TrustedProxies proxies = trusting(PEER, "10.0.0.0/8");
    assertThat(clientOf(proxies, "203.0.113.9, , 10.0.0.1,")).isEqualTo("203.0.113.9");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "unknown",
        "_hidden",
        "localhost",
        "10.0.0.1.example.com",
        "10.0.0.1:",
        "10.0.0.1:80:80",
        "10.0.0.1:x",
        "10.0.0.1:123456",
        "[::1",
        "[::1]80",
        "[::1]:",
        "[10.0.0.1]:80",
        "10.0.0",
        "999.0.0.1",
        "0x0a000001",
        "167772161",
        "for=10.0.0.1",
        "\"10.0.0.1\"",
        "10.0.0.1;10.0.0.1"
      })
  void aHopThatIsNoAddressIsNobodyAndTheProxyThatSaysSoIsTheClient(String garbage) {
    TrustedProxies proxies = trusting(PEER, "10.0.0.0/8", "::1");
    assertThat(clientOf(proxies, "198.51.100.77, " + garbage + ", 10.0.0.1")).isEqualTo("10.0.0.1");
    assertThat(clientOf(proxies, garbage)).isEqualTo(PEER);
  }

  @ParameterizedTest
  @CsvSource({
    "198.51.100.1:1, 198.51.100.1",
    "198.51.100.1:65535, 198.51.100.1",
    "[2001:db8::1]:443, 2001:db8::1",
    "[2001:db8::1], 2001:db8::1",
    "2001:db8::1, 2001:db8::1"
  })
  void aPortIsNoPartOfTheAddress(String hop, String address) {
    TrustedProxies proxies = trusting(PEER, "10.0.0.0/8", "::1");
    assertThat(clientOf(proxies, hop)).isEqualTo(address);
    assertThat(clientOf(proxies, hop + ", 10.0.0.1:8080, [::1]:80")).isEqualTo(address);
  }

  // --- whether it came by https

  @Test
  void aTrustedProxyTellsOfHttps() {
    TrustedProxies proxies = trusting(PEER);
    assertThat(isHttps(proxies, "X-Forwarded-Proto", "https")).isTrue();
    assertThat(isHttps(proxies, "X-Forwarded-Proto", "HTTPS")).isTrue();
    assertThat(isHttps(proxies, "X-Forwarded-Proto", "http")).isFalse();
    assertThat(isHttps(proxies)).isFalse();
  }

  @Test
  void theHopThatTheTrustedProxyHasSeenCounts() {
    TrustedProxies proxies = trusting(PEER);
    assertThat(isHttps(proxies, "X-Forwarded-Proto", "http, https")).isTrue();
    assertThat(isHttps(proxies, "X-Forwarded-Proto", "https, http")).isFalse();
    assertThat(isHttps(proxies, "X-Forwarded-Proto", "https", "X-Forwarded-Proto", "http"))
        .isFalse();
  }

  @Test
  void whatIsNotHttpsIsNot() {
    TrustedProxies proxies = trusting(PEER);
    for (String other : List.of("", "on", "https2", "https;", "wss", "\"https\"", "https http")) {
      assertThat(isHttps(proxies, "X-Forwarded-Proto", other)).as(other).isFalse();
    }
    assertThat(isHttps(proxies, "X-Forwarded-Ssl", "on", "Front-End-Https", "on")).isFalse();
    assertThat(isHttps(proxies, "Forwarded", "proto=https", "X-Forwarded-Scheme", "https"))
        .isFalse();
  }
}
