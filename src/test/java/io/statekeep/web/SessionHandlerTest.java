package io.statekeep.web;

import static io.statekeep.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.cookie.CookieAttributes;
import io.statekeep.session.Session;
import io.statekeep.session.SessionPolicy;
import io.statekeep.session.Sessions;
import io.statekeep.store.local.LocalSessionStore;
import io.statekeep.testing.HeldStore;
import io.statekeep.testing.HttpProbe;
import io.statekeep.testing.HttpProbe.Answer;
import io.statekeep.testing.Keys;
import io.statekeep.testing.ManualClock;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When a client hears of its session: real HTTP over a store that answers when told to. */
class SessionHandlerTest {
  private final ManualClock clock = new ManualClock();
  private final Vertx vertx = Vertx.vertx();
  // All requests are served here, and only here the store is spoken to.
  private final Context loop = vertx.getOrCreateContext();
  private final HeldStore store =
      new HeldStore(
          new LocalSessionStore(
              vertx, SessionPolicy.DEFAULT, clock, new LocalSessionStore.Capacity(1000, 1L << 30)));
  private HttpProbe http;

  @BeforeEach
  void listen() {
    Router router = Router.router(vertx);
    route(router, "/put", session -> Future.succeededFuture(Reply.text("done")));
    route(router, "/put/soon", 200, session -> Future.succeededFuture(Reply.text("done")));
    route(
        router,
        "/throws",
        session -> {
          throw new IllegalStateException("SELECT secret");
        });
    route(
        router,
        "/fails",
        session -> Future.failedFuture(new IllegalStateException("SELECT secret")));
    new ProblemHandler().attach(router);
    Promise<Integer> port = Promise.promise();
    loop.runOnContext(
        v ->
            vertx
                .createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .map(server -> server.actualPort())
                .onComplete(port));
    http = new HttpProbe(await(port.future()));
  }

  /** A route that changes its session first. */
  private void route(Router router, String path, Function<Session, Future<Reply>> answer) {
    route(router, path, 30_000, answer);
  }

  private void route(
      Router router, String path, long timeoutMillis, Function<Session, Future<Reply>> answer) {
    Sessions sessions = new Sessions(store, Keys.TOKENS, SessionPolicy.DEFAULT, clock);
    SessionCookie cookie =
        new SessionCookie("sessionid", CookieAttributes.PLAIN, false, TrustedProxies.NONE, clock);
    SessionHandler handler = new SessionHandler(sessions, cookie, timeoutMillis);
    router
        .route(path)
        .handler(new CookieHandler())
        .handler(handler)
        .handler(handler.reply(session -> answer.apply(session.put("a", 1))));
  }

  @AfterEach
  void close() {
    await(vertx.close());
  }

  private <T> T onLoop(Supplier<T> work) {
    Promise<T> done = Promise.promise();
    loop.runOnContext(v -> done.complete(work.get()));
    return await(done.future());
  }

  private void goOn() {
    // The request is on its way to the store until then.
    while (onLoop(store::waiting) == 0) {
      Thread.onSpinWait();
    }
    onLoop(
        () -> {
          store.goOn(0);
          return true;
        });
  }

  @Test
  void nothingIsSentBeforeTheStoreHasAcknowledged() {
    CompletableFuture<Answer> answer = http.getAsync("/put", "");
    goOn();
    // The session is stored, the word of it on its way: others are answered, this one is not.
    assertThat(http.get("/nothing").status()).isEqualTo(404);
    assertThat(answer).isNotDone();
    goOn();
    assertThat(answer.join().body()).isEqualTo("done");
    assertThat(answer.join().token()).isNotEmpty();
    assertThat(onLoop(store::takeCalls)).containsExactly("create");
  }

  @Test
  void anAcknowledgementThatIsLostIsAnOutageWithoutACookie() {
    CompletableFuture<Answer> answer = http.getAsync("/put", "");
    while (onLoop(store::waiting) == 0) {
      Thread.onSpinWait();
    }
    onLoop(
        () -> {
          store.lose(0, true);
          store.letGo();
          return true;
        });
    assertThat(answer.join().status()).isEqualTo(503);
    assertThat(answer.join().setCookies()).isEmpty();
  }

  @Test
  void anAnswerThatTakesTooLongIsAnOutageEvenIfTheStoreAnswersLater() {
    Answer answer = http.get("/put/soon");
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.header("retry-after")).isPresent();
    onLoop(
        () -> {
          store.letGo();
          return true;
        });
    assertThat(answer.setCookies()).isEmpty();
    Answer next = http.get("/put/soon");
    assertThat(next.status()).isEqualTo(200);
    assertThat(next.setCookies()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/throws", "/fails"})
  void whatNobodyForesawTellsNothingAndKeepsNothing(String path) {
    Answer answer = http.get(path);
    assertThat(answer.status()).isEqualTo(500);
    assertThat(answer.body())
        .isEqualTo(
            "{\"type\":\"about:blank\",\"title\":\"Internal Server Error\",\"status\":500,"
                + "\"detail\":\"Something went wrong here.\"}");
    assertThat(answer.header("cache-control")).contains("no-store");
    assertThat(answer.setCookies()).isEmpty();
    assertThat(onLoop(store::takeCalls)).isEmpty();
    assertThat(http.get(path).status()).isEqualTo(500);
  }
}
