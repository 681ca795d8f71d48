package io.statekeep.service;

import static io.statekeep.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statekeep.testing.HttpProbe;
import io.statekeep.testing.Servers;
import io.vertx.core.Future;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a node answers while its embedded database opens. */
class OpeningDatabaseTest {
  private static final int MAX_SECONDS = 60;

  /** A database that opens when the test says so, and tells when the node begins to wait for it. */
  private static final class HeldDatabase extends CompletableFuture<Void> {
    final CountDownLatch awaited = new CountDownLatch(1);

    @Override
    public Void join() {
      awaited.countDown();
      return super.join();
    }
  }

  @Test
  void operatorsAreAnsweredAndNobodyElse() throws IOException, InterruptedException {
    int managementPort = Servers.freePort();
    HttpProbe operators = new HttpProbe(managementPort);
    HttpProbe users = new HttpProbe(Servers.freePort());
    HeldDatabase database = new HeldDatabase();
    Map<String, String> settings =
        Map.of(
            "STORE", "local",
            "HTTP_PORT", String.valueOf(users.port()),
            "MANAGEMENT_PORT", String.valueOf(managementPort));

    Future<RunningServer> starting =
        RunningServer.starting(settings, new OpeningDatabase(database));
    assertThat(database.awaited.await(MAX_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(operators.get("/health/live").status()).isEqualTo(200);
    assertThat(operators.get("/health/ready").status()).isEqualTo(503);
    assertThat(operators.get("/metrics").status()).isEqualTo(200);
    assertThatThrownBy(() -> users.get("/plain"))
        .isInstanceOf(UncheckedIOException.class)
        .hasCauseInstanceOf(ConnectException.class);

    database.complete(null);
    try (RunningServer server = await(starting)) {
      assertThat(server.port()).isEqualTo(users.port());
      assertThat(operators.get("/health/ready").status()).isEqualTo(200);
      assertThat(users.get("/plain").status()).isEqualTo(200);
    }
  }

  @Test
  void oneThatCannotBeOpenedEndsTheStart() throws InterruptedException {
    HeldDatabase database = new HeldDatabase();
    Future<RunningServer> starting =
        RunningServer.starting(Map.of("STORE", "local"), new OpeningDatabase(database));
    assertThat(database.awaited.await(MAX_SECONDS, TimeUnit.SECONDS)).isTrue();
    StartException unreadable = new StartException("the files are gone", null);
    database.completeExceptionally(unreadable);
    assertThatThrownBy(() -> await(starting)).isSameAs(unreadable);
  }
}
