package io.statekeep.web.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.service.RunningServer;
import io.statekeep.testing.ApiProbe;
import io.statekeep.testing.Backend;
import io.statekeep.testing.EventProbe;
import io.statekeep.testing.EventProbe.Event;
import io.statekeep.testing.ManualClock;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The stream of events, over every store. */
class EventRouteTest {
  private static final String ALL = "/v1/sessions";

  private static void assertEvent(Event event, String name, JsonObject session, String reason) {
    assertThat(event.name()).isEqualTo(name);
    assertThat(event.id()).isNotEmpty();
    assertThat(event.data().fieldNames())
        .containsExactlyInAnyOrder("id", "subject", "reason", "at");
    assertThat(event.data().getString("id")).isEqualTo(session.getString("id"));
    assertThat(event.data().getString("subject")).isEqualTo(session.getString("subject"));
    assertThat(event.data().getString("reason")).isEqualTo(reason);
    assertThat(event.data().getString("at")).matches("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z");
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void everyChangeIsTold(Backend backend) {
    ApiProbe api = backend.sharedApi();
    try (EventProbe events = EventProbe.open(api.http().port(), "")) {
      assertThat(events.head().get(0)).isEqualTo("HTTP/1.1 200 OK");
      assertThat(events.head())
          .anyMatch(line -> line.equalsIgnoreCase("content-type: text/event-stream"));
      JsonObject one = api.begin("{\"subject\": \"中\\nid: 7\"}");
      assertEvent(events.next(one.getString("id")), "session.created", one, null);
      String[] token = {"Session-Token", one.getString("token")};
      JsonObject two = api.post(ALL + "/current/rotate", "", token).json();
      assertEvent(events.next(two.getString("id")), "session.rotated", two, null);
      api.delete(ALL + "/" + two.getString("id"));
      assertEvent(events.next(two.getString("id")), "session.ended", two, "revoked");
      JsonObject three = api.begin("{\"subject\": \"events\"}");
      api.http().post("/logout", three.getString("token"), "text/plain", "");
      assertEvent(events.next(three.getString("id")), "session.created", three, null);
      assertEvent(events.next(three.getString("id")), "session.ended", three, "logout");
      JsonObject four = api.begin("{\"subject\": \"events\"}");
      api.delete(ALL + "?subject=events");
      assertEvent(events.next(four.getString("id")), "session.created", four, null);
      assertEvent(events.next(four.getString("id")), "session.ended", four, "revoked");
    }
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void aReaderGoesOnWhereItWas(Backend backend) {
    ApiProbe api = backend.sharedApi();
    String seen;
    try (EventProbe events = EventProbe.open(api.http().port(), "")) {
      seen = events.next(api.begin("{}").getString("id")).id();
    }
    List<String> missed = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      missed.add(api.begin("{}").getString("id"));
    }
    try (EventProbe events = EventProbe.open(api.http().port(), seen)) {
      for (String id : missed) {
        assertThat(events.next(id).name()).isEqualTo("session.created");
      }
      String later = api.begin("{}").getString("id");
      assertThat(events.next(later).name()).isEqualTo("session.created");
    }
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void anEventOfNoStoreOfOursIsAGap(Backend backend) {
    ApiProbe api = backend.sharedApi();
    try (EventProbe events = EventProbe.open(api.http().port(), "no-such-event")) {
      assertThat(events.next().name()).isEqualTo("events.gap");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Backend.class,
      names = {
        "POSTGRES",
        "MARIADB",
        "REDIS",
        "LAYERED_POSTGRES",
        "LAYERED_MARIADB",
        "LAYERED_REDIS"
      })
  void eventsOfAllNodesAreTold(Backend backend) {
    Map<String, String> settings = backend.newSettings();
    try (RunningServer one = RunningServer.start(settings);
        RunningServer two = RunningServer.start(settings);
        EventProbe events = EventProbe.open(one.port(), "")) {
      JsonObject session = new ApiProbe(two.port()).begin("{}");
      assertEvent(events.next(), "session.created", session, null);
    }
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void anExpiryIsToldWhenItsTimeHasCome(Backend backend) {
    ManualClock clock = new ManualClock();
    Map<String, String> settings = backend.newSettings();
    settings.put("PURGE_INTERVAL", "100ms");
    try (RunningServer server = RunningServer.start(settings, clock);
        EventProbe events = EventProbe.open(server.port(), "")) {
      ApiProbe api = new ApiProbe(server.port());
      JsonObject session = api.begin("{\"subject\": \"a\", \"idle_timeout\": 10}");
      assertEvent(events.next(), "session.created", session, null);
      clock.advance(Duration.ofMinutes(1));
      assertEvent(events.next(), "session.ended", session, "expired");
      api.get("/v1/verify", "Session-Token", session.getString("token"));
      Event rejected = events.next();
      assertThat(rejected.name()).isEqualTo("session.rejected");
      assertThat(rejected.data().getString("reason")).isEqualTo("expired");
    }
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void tokensThatAreTurnedAwayAreCountedAndNotToldOneByOne(Backend backend) {
    Map<String, String> settings = backend.newSettings();
    try (RunningServer server = RunningServer.start(settings)) {
      ApiProbe api = new ApiProbe(server.port());
      JsonObject session = api.begin("{}");
      String token = session.getString("token");
      api.delete(ALL + "/" + session.getString("id"));
      String forged = token.substring(0, 44) + token.substring(0, 43);
      try (EventProbe events = EventProbe.open(server.port(), "")) {
        for (int i = 0; i < 100; i++) {
          api.http().get("/v1/verify", forged);
        }
        api.http().get("/v1/verify", token);
        long forgeries = 0;
        int told = 0;
        boolean unknown = false;
        while (forgeries < 100 || !unknown) {
          Event event = events.nextNamed("session.rejected");
          assertThat(event.data().getValue("id")).isNull();
          String reason = event.data().getString("reason");
          unknown |= reason.equals("unknown");
          forgeries += reason.equals("forged") ? event.data().getLong("count") : 0;
          told++;
        }
        assertThat(forgeries).isEqualTo(100);
        assertThat(told).isLessThan(50);
      }
    }
  }

  @Test
  void aSilentStreamSaysThatItIsThere() {
    Map<String, String> settings =
        Map.of("STORE", "local", "API_KEYS", ApiProbe.KEYS, "HTTP_IDLE_TIMEOUT", "1s");
    try (RunningServer server = RunningServer.start(settings);
        EventProbe events = EventProbe.open(server.port(), "")) {
      // Three in a row are longer than the server lets a silent connection be.
      for (int i = 0; i < 5; i++) {
        assertThat(events.comment()).isEqualTo(":");
      }
      JsonObject session = new ApiProbe(server.port()).begin("{}");
      assertThat(events.next(session.getString("id")).name()).isEqualTo("session.created");
    }
  }

  @Test
  void aStopEndsEveryStream() {
    Map<String, String> settings = Map.of("STORE", "local", "API_KEYS", ApiProbe.KEYS);
    RunningServer server = RunningServer.start(settings);
    try (EventProbe one = EventProbe.open(server.port(), "");
        EventProbe two = EventProbe.open(server.port(), "")) {
      server.close();
      one.awaitEnd();
      two.awaitEnd();
    }
  }
}
