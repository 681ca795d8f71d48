package io.statekeep.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.fault.Operation.Outcome;
import io.statekeep.testing.Await;
import io.statekeep.testing.Backend;
import io.statekeep.testing.OwnRedis;
import io.statekeep.testing.RedisShell;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Redis server that answers with errors: outages as far as they go, and no further. */
class RedisErrorTest {
  @TempDir Path folder;

  private final Vertx vertx = Vertx.vertx();
  private OwnRedis redis;
  private RedisShell shell;
  private Site site;
  private Client client;

  @BeforeEach
  void start() throws IOException {
    Path files = Files.createDirectory(folder.resolve("redis"));
    redis = OwnRedis.start("dir " + files, "save 3600 1", "lua-time-limit 50");
    shell = new RedisShell(vertx, redis.url());
    Map<String, String> settings = Backend.REDIS.newSettings();
    settings.put("REDIS_URL", redis.url());
    site = Site.of(settings, 1, 1, Map.of()).start();
    client = Client.begin(site.api(0), "one");
  }

  @AfterEach
  void stop() {
    site.close();
    // What cannot be saved does not stop.
    shell.run("CONFIG", "SET", "save", "");
    shell.close();
    Await.await(vertx.close());
    redis.stop();
  }

  /** Answers what the counter has come to. */
  private long assertWritesAgain() {
    Site.await("increments again", () -> client.increment(site.api(0), 0) == Outcome.OK);
    long counted = client.look(site.api(0)).getJsonObject("attributes").getLong("n");
    Checks checks = new Checks(client.history(), 0);
    assertThat(checks.all()).isEmpty();
    assertThat(checks.counter(counted)).isEmpty();
    assertThat(client.slowestMillis()).isLessThan(Site.ANSWER_MILLIS);
    return counted;
  }

  private void assertReadsGoOnWhileWritesAreRefused() {
    long start = System.nanoTime();
    while (Site.millisSince(start) < 2 * Site.TIMEOUT_MILLIS) {
      assertThat(client.increment(site.api(0), 0)).isEqualTo(Outcome.UNKNOWN);
    }
    assertThat(client.read(site.api(0), 0)).isEqualTo(Outcome.OK);
    assertThat(site.metric(0, "statekeep_store_suspended")).isZero();
  }

  @Test
  void aServerBusyWithAScriptIsSuspendedUntilTheScriptEnds() {
    Vertx own = Vertx.vertx();
    RedisShell blocker = new RedisShell(own, redis.url());
    CompletableFuture<Void> script =
        CompletableFuture.runAsync(() -> blocker.run("EVAL", "while true do end", "0"))
            .exceptionally(killed -> null);
    Site.await("busy", () -> client.increment(site.api(0), 0) == Outcome.UNKNOWN);
    Site.await(
        "suspended",
        () -> {
          client.read(site.api(0), 0);
          return site.metric(0, "statekeep_store_suspended") == 1;
        });
    assertThat(site.isReady(0)).isFalse();
    Site.await("the script is killed", () -> isDone(() -> shell.run("SCRIPT", "KILL")));
    script.join();
    assertWritesAgain();
    blocker.close();
    Await.await(own.close());
  }

  private static boolean isDone(Runnable command) {
    try {
      command.run();
      return true;
    } catch (RuntimeException e) {
      return false;
    }
  }

  @Test
  void aUserWhoMayNotWriteAnyMoreReads() {
    shell.run("ACL", "SETUSER", "default", "-@write");
    assertReadsGoOnWhileWritesAreRefused();
    shell.run("ACL", "SETUSER", "default", "+@all");
    assertThat(assertWritesAgain()).isEqualTo(1);
  }

  @Test
  void aServerThatCannotWriteToItsDiskIsRead() throws IOException {
    Files.delete(folder.resolve("redis"));
    shell.run("BGSAVE");
    Site.await(
        "it noticed",
        () -> shell.run("INFO", "persistence").toString().contains("bgsave_status:err"));
    assertReadsGoOnWhileWritesAreRefused();
    shell.run("CONFIG", "SET", "stop-writes-on-bgsave-error", "no");
    assertThat(assertWritesAgain()).isEqualTo(1);
  }

  @Test
  void aServerThatPausesIsSuspendedAndFoundAgain() {
    shell.run("CLIENT", "PAUSE", "1500", "ALL");
    Site.await("the outage is said", () -> client.increment(site.api(0), 0) == Outcome.UNKNOWN);
    assertWritesAgain();
  }
}
