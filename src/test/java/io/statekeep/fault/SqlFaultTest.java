package io.statekeep.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.fault.Operation.Outcome;
import io.statekeep.testing.ApiProbe;
import io.statekeep.testing.Backend;
import io.statekeep.testing.Databases;
import io.statekeep.testing.OwnPostgres;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Database servers that restart, are full, locked or read only. */
class SqlFaultTest {
  private static final long SEED = 1;

  private static Map<String, String> settings(Databases.Database database) {
    Map<String, String> settings = Backend.POSTGRES.newSettings();
    settings.put("JDBC_URL", database.url());
    settings.put("JDBC_USER", database.user());
    return settings;
  }

  private static void assertCounted(Site site, List<Client> clients) {
    for (Client client : clients) {
      JsonObject last = client.look(site.api(0));
      Checks checks = new Checks(client.history(), 0);
      assertThat(checks.all()).isEmpty();
      assertThat(checks.counter(last.getJsonObject("attributes").getLong("n"))).isEmpty();
      assertThat(client.slowestMillis()).isLessThan(Site.ANSWER_MILLIS);
    }
  }

  private static void awaitIncrement(Site site, Client client) {
    Site.await("increments again", () -> client.increment(site.api(0), 0) == Outcome.OK);
  }

  @Test
  void aServerThatRestartsUnderLoadIsFoundAgainWithAllThatWasAcknowledged(@TempDir Path folder) {
    try (OwnPostgres postgres = OwnPostgres.start(folder, 50);
        Site site = Site.of(settings(postgres.database()), 2, SEED, Map.of()).start()) {
      List<Client> clients = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        clients.add(Client.begin(site.api(i % 2), "session" + i));
      }
      boolean[] over = new boolean[1];
      List<CompletableFuture<Void>> load =
          clients.stream()
              .map(client -> CompletableFuture.runAsync(() -> increment(site, client, over)))
              .toList();
      for (int round = 0; round < 2; round++) {
        awaitIncrement(site, clients.get(0));
        postgres.stop();
        Site.await(
            "the outage is said", () -> clients.get(0).increment(site.api(0), 0) != Outcome.OK);
        postgres.start();
        clients.forEach(client -> awaitIncrement(site, client));
      }
      over[0] = true;
      load.forEach(CompletableFuture::join);
      assertCounted(site, clients);
    }
  }

  private static void increment(Site site, Client client, boolean[] over) {
    for (int i = 0; !over[0]; i++) {
      client.increment(site.api(i % 2), i % 2);
    }
  }

  @Test
  void nodesThatGetFewerConnectionsThanTheyAskForServeWithThose(@TempDir Path folder)
      throws SQLException {
    try (OwnPostgres postgres = OwnPostgres.start(folder, 12)) {
      Databases.Database database = postgres.database();
      List<Connection> others = new ArrayList<>();
      try (Site site = Site.of(settings(database), 2, SEED, Map.of()).start()) {
        Client client = Client.begin(site.api(0), "one");
        for (int i = 0; i < 8; i++) {
          others.add(DriverManager.getConnection(database.url(), database.user(), ""));
        }
        List<CompletableFuture<Outcome>> asked = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
          int node = i % 2;
          ApiProbe api = site.api(node);
          asked.add(CompletableFuture.supplyAsync(() -> client.increment(api, node)));
        }
        asked.forEach(answer -> assertThat(answer.join()).isIn(Outcome.OK, Outcome.UNKNOWN));
        for (Connection other : others) {
          other.close();
        }
        for (int node = 0; node < 2; node++) {
          int each = node;
          Site.await("ready", () -> site.isReady(each));
          Site.await(
              "increments again", () -> client.increment(site.api(each), each) == Outcome.OK);
        }
        assertCounted(site, List.of(client));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Backend.class,
      names = {"POSTGRES", "MARIADB"})
  void whatSomebodyHasLockedIsUnavailableToWritersAndReadByAll(Backend backend)
      throws SQLException {
    Map<String, String> settings = backend.newSettings();
    try (Site site = Site.of(settings, 1, SEED, Map.of()).start();
        Connection other =
            DriverManager.getConnection(settings.get("JDBC_URL"), settings.get("JDBC_USER"), "");
        Statement statement = other.createStatement()) {
      Client client = Client.begin(site.api(0), "one");
      other.setAutoCommit(false);
      statement.execute(
          backend == Backend.POSTGRES
              ? "LOCK TABLE statekeep_session IN EXCLUSIVE MODE"
              : "SELECT id FROM statekeep_session FOR UPDATE");
      for (int i = 0; i < 3; i++) {
        assertThat(client.increment(site.api(0), 0)).isEqualTo(Outcome.UNKNOWN);
        assertThat(client.read(site.api(0), 0)).isEqualTo(Outcome.OK);
      }
      other.rollback();
      awaitIncrement(site, client);
      assertCounted(site, List.of(client));
    }
  }

  @Test
  void transactionsThatAreToBeSerializableCountExactlyToo() {
    Map<String, String> settings = Backend.POSTGRES.newSettings();
    settings.computeIfPresent(
        "JDBC_URL",
        (key, url) ->
            url
                + (url.contains("?") ? "&" : "?")
                + "options=-c%20default_transaction_isolation=serializable");
    try (Site site = Site.of(settings, 2, SEED, Map.of("STORE_TIMEOUT", "30s")).start()) {
      Client client = Client.begin(site.api(0), "one");
      List<CompletableFuture<Outcome>> asked = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        int node = i % 2;
        asked.add(CompletableFuture.supplyAsync(() -> client.increment(site.api(node), node)));
      }
      asked.forEach(answer -> assertThat(answer.join()).isIn(Outcome.OK, Outcome.UNKNOWN));
      assertThat(client.history())
          .filteredOn(o -> o.outcome() == Outcome.OK)
          .hasSizeGreaterThan(20);
      JsonObject last = client.look(site.api(0));
      assertThat(
              new Checks(client.history(), 0)
                  .counter(last.getJsonObject("attributes").getLong("n")))
          .isEmpty();
    }
  }

  @Test
  void aServerThatIsReadOnlyIsReadAndNotSuspended() {
    Map<String, String> settings = Backend.POSTGRES.newSettings();
    Databases.Database database =
        new Databases.Database(settings.get("JDBC_URL"), settings.get("JDBC_USER"), 30_000);
    try (Site site = Site.of(settings, 1, SEED, Map.of()).start()) {
      Client client = Client.begin(site.api(0), "one");
      readOnly(database, "on");
      site.network(0).reset();
      long start = System.nanoTime();
      while (Site.millisSince(start) < 2 * Site.TIMEOUT_MILLIS) {
        assertThat(client.increment(site.api(0), 0)).isEqualTo(Outcome.UNKNOWN);
      }
      Site.await("reads", () -> client.read(site.api(0), 0) == Outcome.OK);
      assertThat(site.metric(0, "statekeep_store_suspended")).isZero();
      readOnly(database, "off");
      site.network(0).reset();
      awaitIncrement(site, client);
      assertThat(client.look(site.api(0)).getJsonObject("attributes").getLong("n")).isEqualTo(1);
    }
  }

  private static void readOnly(Databases.Database database, String value) {
    database.execute(
        "SET transaction_read_only = off; DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET"
            + " default_transaction_read_only = "
            + value
            + "', current_database()); END $$");
  }
}
