package io.statekeep.jar;

import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.signing.KeyRing;
import io.statekeep.testing.Databases;
import io.statekeep.testing.HttpProbe;
import io.statekeep.testing.HttpProbe.Answer;
import io.statekeep.testing.OwnRedis;
import io.statekeep.testing.Servers;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing that was acknowledged is lost when the process is killed right after. */
class DurabilityIT {
  private static final int SESSIONS = 300;
  private static final int AT_ONCE = 30;

  @TempDir Path folder;

  /** Writes sessions, and a change of each, many at once; answers their tokens. */
  private static List<String> write(HttpProbe http) {
    List<String> tokens = new ArrayList<>();
    for (int first = 0; first < SESSIONS; first += AT_ONCE) {
      List<CompletableFuture<Answer>> creations = new ArrayList<>();
      for (int i = first; i < first + AT_ONCE; i++) {
        creations.add(http.getAsync("/set_session?user_id=" + i, ""));
      }
      List<String> fresh = creations.stream().map(answer -> answer.join().token()).toList();
      List<CompletableFuture<Answer>> changes =
          fresh.stream().map(token -> http.getAsync("/update_session", token)).toList();
      changes.forEach(change -> assertThat(change.join().body()).isEqualTo("counter:1"));
      tokens.addAll(fresh);
    }
    return tokens;
  }

  private static void assertAllThere(HttpProbe http, List<String> tokens) {
    for (int i = 0; i < tokens.size(); i++) {
      assertThat(http.get("/get_session", tokens.get(i)).body()).isEqualTo("get_session:" + i);
      assertThat(http.get("/update_session", tokens.get(i)).body()).isEqualTo("counter:2");
    }
  }

  @Test
  void embeddedSessionsSurviveAKill() {
    List<String> tokens;
    try (JarProcess node = JarProcess.serve(folder, Map.of())) {
      tokens = write(node.http());
      node.kill();
    }
    try (JarProcess node = JarProcess.serve(folder, Map.of())) {
      assertAllThere(node.http(), tokens);
    }
  }

  @Test
  void sessionsInPostgresSurviveAKillOfTheNodeAndOfTheServer() {
    Databases.Database database = Databases.newPostgres();
    Map<String, String> settings =
        Map.of(
            "STATEKEEP_JDBC_URL", database.url(),
            "STATEKEEP_JDBC_USER", database.user(),
            "STATEKEEP_TOKEN_SIGNING_KEYS", KeyRing.newKey(new SecureRandom()));
    List<String> tokens;
    try (JarProcess node = JarProcess.serve(folder, settings)) {
      tokens = write(node.http());
      node.kill();
      Servers.crashPostgres(database.url());
    }
    Servers.awaitPostgres(database.url());
    try (JarProcess node = JarProcess.serve(folder, settings)) {
      assertAllThere(node.http(), tokens);
    }
  }

  @Test
  void sessionsInRedisThatWritesEachCommandSurviveAKillOfBoth() {
    String[] durable = {"appendonly yes", "appendfsync always", "dir " + folder};
    OwnRedis redis = OwnRedis.start(durable);
    Map<String, String> settings =
        Map.of(
            "STATEKEEP_STORE", "redis",
            "STATEKEEP_REDIS_URL", redis.url(),
            "STATEKEEP_TOKEN_SIGNING_KEYS", KeyRing.newKey(new SecureRandom()));
    List<String> tokens;
    try (JarProcess node = JarProcess.serve(folder, settings)) {
      tokens = write(node.http());
      redis.kill();
      node.kill();
    }
    OwnRedis again = redis.restart(durable);
    try (JarProcess node = JarProcess.serve(folder, settings)) {
      assertAllThere(node.http(), tokens);
    } finally {
      again.stop();
    }
  }
}
