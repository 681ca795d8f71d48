package io.statekeep.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.service.RunningServer;
import io.statekeep.testing.Backend;
import io.statekeep.testing.HttpProbe;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Two nodes on one store: what one has acknowledged, the other knows with its next request, or,
 * with a near cache, as soon as it has been told.
 */
class TwoNodesTest {
  private static final String FORM = "application/x-www-form-urlencoded";
  private static final String RIGHT = "username=alice&password=secret";

  @ParameterizedTest
  @EnumSource(
      value = Backend.class,
      names = {"POSTGRES", "MARIADB", "REDIS"})
  void aTokenThatEndedOnOneNodeIsDeadOnBoth(Backend backend) {
    Map<String, String> settings = backend.newSettings();
    settings.put("USERS_FILE", "src/test/resources/users");
    try (RunningServer one = RunningServer.start(settings);
        RunningServer two = RunningServer.start(settings)) {
      List<HttpProbe> nodes = List.of(new HttpProbe(one.port()), new HttpProbe(two.port()));
      for (HttpProbe node : nodes) {
        String anonymous = node.get("/set_session?user_id=7").token();
        assertLive(nodes, anonymous);
        String login = node.post("/login", anonymous, FORM, RIGHT).token();
        assertDead(nodes, anonymous);
        assertLive(nodes, login);
        String again = node.post("/login", login, FORM, RIGHT).token();
        assertDead(nodes, login);
        assertLive(nodes, again);
        node.post("/logout", again, FORM, "");
        assertDead(nodes, again);
      }
    }
  }

  // No copy would ever age out: what is seen here was told.
  @ParameterizedTest
  @EnumSource(
      value = Backend.class,
      names = {"LAYERED_REDIS", "LAYERED_POSTGRES"})
  void whatOneNodeChangesTheOthersAreToldOf(Backend backend) {
    Map<String, String> settings = backend.newSettings();
    settings.put("LAYERED_MAX_STALE", "1h");
    try (RunningServer one = RunningServer.start(settings);
        RunningServer two = RunningServer.start(settings)) {
      HttpProbe here = new HttpProbe(one.port());
      HttpProbe there = new HttpProbe(two.port());
      String token = here.get("/set_session?user_id=7").token();
      awaitAnswer(there, token, "get_session:7");
      here.get("/set_session?user_id=8", token);
      awaitAnswer(there, token, "get_session:8");
      here.get("/del_session", token);
      awaitAnswer(there, token, "get_session:None");
    }
  }

  private static void awaitAnswer(HttpProbe node, String token, String answer) {
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    String last = node.get("/get_session", token).body();
    while (!last.equals(answer) && System.nanoTime() - deadline < 0) {
      last = node.get("/get_session", token).body();
    }
    assertThat(last).isEqualTo(answer);
  }

  private static void assertLive(List<HttpProbe> nodes, String token) {
    for (HttpProbe node : nodes) {
      assertThat(node.get("/get_session", token).body()).isEqualTo("get_session:7");
    }
  }

  private static void assertDead(List<HttpProbe> nodes, String token) {
    for (HttpProbe node : nodes) {
      assertThat(node.get("/get_session", token).body()).isEqualTo("get_session:None");
      assertThat(node.get("/update_session", token).status()).isEqualTo(401);
    }
  }
}
