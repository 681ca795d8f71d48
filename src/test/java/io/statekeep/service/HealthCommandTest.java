package io.statekeep.service;

import static io.statekeep.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.service.config.Config;
import io.statekeep.testing.Servers;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.IOException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HealthCommandTest {
  private Vertx vertx;

  @BeforeEach
  void startVertx() {
    vertx = Vertx.vertx();
  }

  @AfterEach
  void stopVertx() {
    await(vertx.close());
  }

  private static CommandRun health(int port, String... namesAndValues) {
    Map<String, String> environment = new HashMap<>();
    environment.put("STATEKEEP_MANAGEMENT_PORT", Integer.toString(port));
    for (int i = 0; i < namesAndValues.length; i += 2) {
      environment.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return CommandRun.of(environment, "health");
  }

  private static void assertHealthy(CommandRun health) {
    assertThat(health.err()).isEmpty();
    assertThat(health.out()).isEqualToIgnoringNewLines("ready");
    assertThat(health.exit()).isZero();
  }

  private static void assertUnhealthy(CommandRun health, String why) {
    assertThat(health.err()).startsWith("statekeep: ").contains(why);
    assertThat(health.out()).isEmpty();
    assertThat(health.exit()).isEqualTo(1);
  }

  /** A listener that answers health checks with this status. */
  private int answering(int status) {
    HttpServer server =
        vertx
            .createHttpServer()
            .requestHandler(
                request ->
                    request
                        .response()
                        .setStatusCode(request.path().equals("/health/ready") ? status : 404)
                        .end());
    return await(server.listen(0, "127.0.0.1")).actualPort();
  }

  @Test
  void aNodeThatIsReadyIsExit0() {
    Config config =
        Config.load(
            null,
            Map.of(
                "STATEKEEP_STORE", "local",
                "STATEKEEP_HTTP_PORT", "0",
                "STATEKEEP_MANAGEMENT_PORT", "0"));
    Server node =
        await(Server.start(vertx, config, InstantSource.system(), OpeningDatabase.begin(config)));
    int port = node.managementPort();
    assertHealthy(health(port));
    await(node.stop());
    assertUnhealthy(health(port), "does not answer");
  }

  @Test
  void aNodeThatIsNotReadyIsExit1() {
    assertUnhealthy(health(answering(503)), "not ready: 503");
  }

  @Test
  void somethingElseOnThePortIsExit1() {
    assertUnhealthy(health(answering(404)), "not ready: 404");
  }

  @Test
  void nobodyThereIsExit1() throws IOException {
    assertUnhealthy(health(Servers.freePort()), "does not answer");
  }

  @Test
  void aNodeThatIsSilentIsExit1() {
    Promise<Void> never = Promise.promise();
    HttpServer silent =
        vertx
            .createHttpServer()
            .requestHandler(request -> never.future().onSuccess(v -> request.response().end()));
    int port = await(silent.listen(0, "127.0.0.1")).actualPort();
    assertUnhealthy(health(port, "STATEKEEP_STORE_TIMEOUT", "10ms"), "does not answer");
  }

  @Test
  void aNodeThatListensEverywhereIsAskedOnLoopback() {
    int port = answering(200);
    assertHealthy(health(port, "STATEKEEP_MANAGEMENT_HOST", "0.0.0.0"));
    assertHealthy(health(port, "STATEKEEP_MANAGEMENT_HOST", "::"));
    assertHealthy(health(port, "STATEKEEP_MANAGEMENT_HOST", "localhost"));
  }

  @Test
  void aProxyOfTheJvmIsNotAsked() {
    int port = answering(200);
    String before = System.getProperty("http.proxyHost");
    System.setProperty("http.proxyHost", "192.0.2.1");
    try {
      assertHealthy(health(port, "STATEKEEP_MANAGEMENT_HOST", "localhost"));
    } finally {
      if (before == null) {
        System.clearProperty("http.proxyHost");
      } else {
        System.setProperty("http.proxyHost", before);
      }
    }
  }

  @Test
  void aPortThatWasFreeIsNotKnownAndExit1() {
    assertUnhealthy(health(0), "management.port = 0");
  }

  @Test
  void aHostThatIsNoneIsExit1() {
    assertUnhealthy(health(1, "STATEKEEP_MANAGEMENT_HOST", "not a host"), "does not answer");
  }
}
