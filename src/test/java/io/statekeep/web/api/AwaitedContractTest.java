package io.statekeep.web.api;

import static io.statekeep.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.session.Deadline;
import io.statekeep.session.SessionStoreException;
import io.statekeep.testing.HttpProbe;
import io.statekeep.testing.HttpProbe.Answer;
import io.statekeep.web.ProblemHandler;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.net.http.HttpRequest;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests that need the contract of a node that still reads it. */
class AwaitedContractTest {
  private static final String BODY = "x".repeat(100_000);

  private final Vertx vertx = Vertx.vertx();
  private final Promise<Contract> contract = Promise.promise();
  private final Promise<Void> arrived = Promise.promise();

  @AfterEach
  void close() {
    await(vertx.close());
  }

  /** Answers how many characters came, and with which contract. */
  private HttpProbe serve(long patienceMillis) {
    AwaitedContract awaited = new AwaitedContract(contract.future(), new Deadline(patienceMillis));
    Router router = Router.router(vertx);
    router
        .route()
        .handler(
            context -> {
              arrived.tryComplete();
              context.next();
            });
    router
        .route()
        .handler(awaited)
        .handler(
            context ->
                context
                    .request()
                    .body()
                    .onSuccess(body -> context.end(body.length() + " " + (awaited.get() != null))));
    new ProblemHandler().attach(router);
    HttpServer server =
        await(vertx.createHttpServer().requestHandler(router).listen(0, "127.0.0.1"));
    return new HttpProbe(server.actualPort());
  }

  private static CompletableFuture<Answer> post(HttpProbe http) {
    return http.sendAsync(http.request("/").POST(HttpRequest.BodyPublishers.ofString(BODY)));
  }

  @Test
  void waitWithTheirBodiesUntilItIsThere() {
    CompletableFuture<Answer> answer = post(serve(60_000));
    await(arrived.future());
    assertThat(answer).isNotDone();
    contract.complete(Contract.load());
    assertThat(answer.join().body()).isEqualTo("100000 true");
  }

  @Test
  void areAnsweredThatItIsUnavailableWhenTheirTimeIsOver() {
    assertThat(post(serve(50)).join().status()).isEqualTo(503);
  }

  @Test
  void failWithIt() {
    CompletableFuture<Answer> answer = post(serve(60_000));
    await(arrived.future());
    contract.fail(new SessionStoreException("unreadable", null));
    assertThat(answer.join().status()).isEqualTo(503);
  }
}
