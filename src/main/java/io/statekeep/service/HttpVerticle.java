package io.statekeep.service;

import io.statekeep.service.config.Config;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/** The public listener on one event loop. All instances share one port. */
final class HttpVerticle extends VerticleBase {
  // What Vert.x calls a random port that the instances of one deployment share.
  private static final int SHARED_RANDOM_PORT = -1;

  // For the answers to requests whose calls of the store are ended when their time is over.
  private static final Duration ANSWER_TIME = Duration.ofMillis(500);

  private final Config config;
  private final Function<Vertx, Router> routes;
  private final AtomicInteger port;
  private final LongAdder requests;
  private final Promise<Void> silent = Promise.promise();
  private HttpServer server;
  // Connections that speak a protocol; touched on this event loop only.
  private int open;
  private boolean stopping;

  /**
   * @param routes makes the routes of one event loop
   * @param port is told where the server listens
   * @param requests counts them
   */
  HttpVerticle(
      Config config, Function<Vertx, Router> routes, AtomicInteger port, LongAdder requests) {
    this.config = config;
    this.routes = routes;
    this.port = port;
    this.requests = requests;
  }

  @Override
  public Future<?> start() {
    Config.Listener listener = config.http().listener();
    HttpServerOptions options =
        Listeners.options(config, listener)
            .setPort(listener.port() == 0 ? SHARED_RANDOM_PORT : listener.port())
            .setHandle100ContinueAutomatically(true)
            // There are no WebSockets; their handlers would look at every message.
            .setPerFrameWebSocketCompressionSupported(false)
            .setPerMessageWebSocketCompressionSupported(false);
    Router router = routes.apply(vertx);
    server =
        vertx
            .createHttpServer(options)
            .invalidRequestHandler(Listeners::refuse)
            .connectionHandler(this::opened)
            .requestHandler(
                request -> {
                  requests.increment();
                  request.response().headersEndHandler(v -> sayThatItIsTheLast(request));
                  router.handle(request);
                });
    return server.listen().onSuccess(open -> port.set(open.actualPort()));
  }

  // A connection on which nothing came yet is not among them: it has no protocol, and is not told
  // of a stop.
  private void opened(HttpConnection connection) {
    if (stopping) {
      connection.close();
      return;
    }
    open++;
    connection.closeHandler(
        v -> {
          open--;
          closeWhenSilent();
        });
  }

  private void sayThatItIsTheLast(HttpServerRequest request) {
    if (stopping && request.version() != HttpVersion.HTTP_2) {
      request.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    }
  }

  private void closeWhenSilent() {
    if (stopping && open == 0) {
      silent.tryComplete();
    }
  }

  /** Closes what has no request in flight now, and the rest when it is answered. */
  @Override
  public Future<?> stop() {
    stopping = true;
    long millis = config.shutdownTimeout().plus(ANSWER_TIME).toMillis();
    Future<Void> shutdown = server.shutdown(millis, TimeUnit.MILLISECONDS);
    closeWhenSilent();
    return Future.any(shutdown, silent.future());
  }
}
