package io.statekeep.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.fault.Operation.Outcome;
import io.statekeep.testing.Backend;
import io.statekeep.testing.Databases;
import io.statekeep.testing.RedisShell;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Clients of two nodes over one store, each node behind a network that goes from bad to worse: what
 * was acknowledged holds, what ended stays ended, nobody sees what is another's, every answer comes
 * in time, and all goes on when the network is well again.
 *
 * <p>{@code -Dstatekeep.fault.seconds} says how long it runs over each store, {@code
 * -Dstatekeep.fault.seed} what goes wrong.
 */
class FaultRunTest {
  private static final int SECONDS = Integer.getInteger("statekeep.fault.seconds", 6);
  private static final long SEED = Long.getLong("statekeep.fault.seed", System.nanoTime());
  private static final int NODES = 2;
  private static final int THREADS = 8;
  private static final int SESSIONS = 12;
  private static final int MOST_ADDITIONS = 200;

  private volatile boolean over;

  @ParameterizedTest
  @EnumSource(
      value = Backend.class,
      names = {"LAYERED_REDIS", "LAYERED_POSTGRES", "LAYERED_MARIADB"})
  void whatWasAcknowledgedHoldsWhateverTheNetworkDoes(Backend backend) {
    System.out.printf("%s: statekeep.fault.seed=%d%n", backend, SEED);
    try (Site site = Site.of(backend, NODES, SEED).start()) {
      List<Client> clients = new ArrayList<>();
      for (int i = 0; i < SESSIONS; i++) {
        clients.add(Client.begin(site.api(i % NODES), "session" + i));
      }
      Nemesis nemesis =
          new Nemesis(site, SEED, writeOf(backend), () -> killConnections(backend, site));
      run(site, clients, nemesis);
      for (int node = 0; node < NODES; node++) {
        int each = node;
        Site.await("node " + node + " is ready again", () -> site.isReady(each));
        Client probe = clients.get(0);
        Site.await(
            "node " + node + " writes again",
            () -> probe.write(site.api(each), each) != Outcome.UNKNOWN);
      }
      assertSound(backend + " " + SEED + ": " + nemesis, site, clients);
    }
  }

  private void run(Site site, List<Client> clients, Nemesis nemesis) {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      List<CompletableFuture<Void>> working =
          IntStream.range(0, THREADS)
              .mapToObj(
                  i ->
                      CompletableFuture.runAsync(
                          () -> work(site, clients, new Random(SEED + 100 + i)), threads))
              .toList();
      nemesis.run(TimeUnit.SECONDS.toMillis(SECONDS));
      over = true;
      working.forEach(CompletableFuture::join);
    } finally {
      over = true;
      threads.shutdown();
    }
  }

  private void work(Site site, List<Client> clients, Random random) {
    Set<Client> full = new HashSet<>();
    while (!over) {
      int node = random.nextInt(NODES);
      Client client = clients.get(random.nextInt(clients.size()));
      int what = random.nextInt(100);
      if (what < 40) {
        client.read(site.api(node), node);
      } else if (what < 60) {
        client.increment(site.api(node), node);
      } else if (what < 80) {
        client.write(site.api(node), node);
      } else if (what < 98 && !full.contains(client)) {
        if (client.additions() > MOST_ADDITIONS) {
          full.add(client);
        } else {
          client.add(site.api(node), node);
        }
      } else if (what == 99 && clients.indexOf(client) % 3 == 2 && random.nextInt(10) == 0) {
        client.end(site.api(node), node);
      }
    }
  }

  private static void assertSound(String run, Site site, List<Client> clients) {
    long stale = TimeUnit.MILLISECONDS.toNanos(Site.MAX_STALE_MILLIS);
    List<String> violations = new ArrayList<>();
    int known = 0;
    for (Client client : clients) {
      JsonObject last = client.look(site.api(0));
      Checks checks = new Checks(client.history(), stale);
      violations.addAll(checks.all());
      if (last != null) {
        violations.addAll(checks.counter(last.getJsonObject("attributes").getLong("n")));
        violations.addAll(checks.additions(Client.additions(last)));
      }
      assertThat(client.slowestMillis()).as(run).isLessThan(Site.ANSWER_MILLIS);
      known += (int) client.history().stream().filter(o -> o.outcome() == Outcome.OK).count();
    }
    System.out.println(
        clients.stream()
            .flatMap(client -> client.history().stream())
            .collect(Collectors.groupingBy(Operation::outcome, Collectors.counting())));
    assertThat(violations).as(run).isEmpty();
    // Or all this shows nothing.
    assertThat(known).as(run).isGreaterThan(100);
  }

  private static String writeOf(Backend backend) {
    return backend == Backend.LAYERED_REDIS ? "EVAL" : "COMMIT";
  }

  private static void killConnections(Backend backend, Site site) {
    switch (backend) {
      case LAYERED_REDIS -> {
        Vertx vertx = Vertx.vertx();
        try (RedisShell shell = new RedisShell(vertx, site.storeUrl())) {
          shell.run("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
        }
        vertx.close();
      }
      case LAYERED_POSTGRES ->
          new Databases.Database(site.storeUrl(), "postgres", 1)
              .execute(
                  "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                      + " WHERE datname = current_database() AND pid <> pg_backend_pid()");
      default ->
          new Databases.Database(site.storeUrl(), "root", 1)
              .execute(
                  "BEGIN NOT ATOMIC FOR c IN (SELECT id FROM information_schema.processlist"
                      + " WHERE db = database() AND id <> connection_id()) DO"
                      + " BEGIN DECLARE CONTINUE HANDLER FOR 1094 BEGIN END; KILL c.id; END;"
                      + " END FOR; END");
    }
  }
}
