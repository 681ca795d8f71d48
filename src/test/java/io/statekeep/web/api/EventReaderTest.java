package io.statekeep.web.api;

import static io.statekeep.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.session.SessionEvent;
import io.statekeep.session.SessionEvent.Reason;
import io.statekeep.session.SessionPolicy;
import io.statekeep.session.Sessions;
import io.statekeep.store.local.LocalSessionStore;
import io.statekeep.testing.ApiProbe;
import io.statekeep.testing.EventProbe;
import io.statekeep.web.Throttle;
import io.statekeep.web.TrustedProxies;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Readers that do not read. */
class EventReaderTest {
  private static final int KEPT = 100_000;

  private final Vertx vertx = Vertx.vertx();
  private final InstantSource clock = InstantSource.system();
  private final LocalSessionStore store =
      new LocalSessionStore(
          vertx, SessionPolicy.DEFAULT, clock, new LocalSessionStore.Capacity(10, 1 << 20, KEPT));
  private final Promise<Void> firstClosed = Promise.promise();
  private HttpServer server;

  @BeforeEach
  void listen() {
    Api api =
        new Api(
            new Sessions(store, null, SessionPolicy.DEFAULT, clock),
            null,
            ApiKeys.parse(ApiProbe.KEYS),
            new Throttle(1, Duration.ofMinutes(1), clock),
            TrustedProxies.NONE,
            null,
            null,
            new EventFeed(vertx, store),
            250);
    Router router = Router.router(vertx);
    new EventRoute(api).attach(router);
    server =
        await(
            vertx
                .createHttpServer(new HttpServerOptions().setSendBufferSize(4096).setIdleTimeout(1))
                .connectionHandler(
                    connection -> connection.closeHandler(v -> firstClosed.tryComplete()))
                .requestHandler(router)
                .listen(0, "127.0.0.1"));
  }

  @AfterEach
  void close() {
    await(vertx.close());
  }

  @Test
  void aReaderThatDoesNotReadIsLeftBehindAndAnotherGetsEverything() {
    try (EventProbe slow = EventProbe.open(server.actualPort(), "");
        EventProbe fast = EventProbe.open(server.actualPort(), "")) {
      long appended = 0;
      long read = 0;
      List<SessionEvent> many =
          Collections.nCopies(500, SessionEvent.rejected(Reason.FORGED, 0, 1));
      while (!firstClosed.future().isComplete() && appended < KEPT) {
        await(store.append(many));
        appended += many.size();
        for (; read < appended; read++) {
          assertThat(fast.next().name()).isEqualTo("session.rejected");
        }
      }
      await(firstClosed.future());
      slow.awaitEnd();
      await(store.append(many));
      assertThat(fast.next().name()).isEqualTo("session.rejected");
    }
  }

  @Test
  void aPastOfManyPagesIsToldOnceAndThenThePresent() {
    String beginning = await(store.events(null, 1)).cursor();
    for (int i = 1; i <= 3 * EventFeed.PAGE; i++) {
      await(store.append(List.of(SessionEvent.rejected(Reason.FORGED, 0, i))));
    }
    try (EventProbe reader = EventProbe.open(server.actualPort(), beginning)) {
      for (int i = 1; i <= 3 * EventFeed.PAGE; i++) {
        assertThat(reader.next().data().getInteger("count")).isEqualTo(i);
      }
      await(store.append(List.of(SessionEvent.rejected(Reason.UNKNOWN, 0, 1))));
      assertThat(reader.next().data().getString("reason")).isEqualTo("unknown");
    }
  }
}
