package bench;

import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerRequest;

/** The floor: what Vert.x answers with nothing in between. */
public final class Bare extends AbstractVerticle {
  private final int port;

  private Bare(int port) {
    this.port = port;
  }

  /**
   * @param arguments the port
   */
  public static void main(String[] arguments) {
    int port = Integer.parseInt(arguments[0]);
    Vertx.vertx(new VertxOptions().setPreferNativeTransport(true))
        .deployVerticle(
            () -> new Bare(port),
            new DeploymentOptions().setInstances(Runtime.getRuntime().availableProcessors()))
        .onFailure(Bare::fail);
  }

  private static void fail(Throwable cause) {
    cause.printStackTrace();
    System.exit(1);
  }

  @Override
  public void start(Promise<Void> started) {
    vertx
        .createHttpServer()
        .requestHandler(Bare::answer)
        .listen(port, "127.0.0.1")
        .<Void>mapEmpty()
        .onComplete(started);
  }

  private static void answer(HttpServerRequest request) {
    if (request.path().equals("/plain")) {
      request.response().putHeader("Content-Type", "text/plain; charset=utf-8").end("hello");
    } else {
      request.response().setStatusCode(404).end();
    }
  }
}
