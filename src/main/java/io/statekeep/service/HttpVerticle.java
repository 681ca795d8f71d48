package io.statekeep.service;

import io.statekeep.service.config.Config;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/** The public listener on one event loop. All instances share one port. */
final class HttpVerticle extends VerticleBase {
  // What Vert.x calls a random port that the instances of one deployment share.
  private static final int SHARED_RANDOM_PORT = -1;

  private final Config config;
  private final Function<Vertx, Router> routes;
  private final AtomicInteger port;
  private final LongAdder requests;
  private HttpServer server;

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
            .requestHandler(
                request -> {
                  requests.increment();
                  router.handle(request);
                });
    return server.listen().onSuccess(open -> port.set(open.actualPort()));
  }

  @Override
  public Future<?> stop() {
    return server.shutdown(config.shutdownTimeout().toMillis(), TimeUnit.MILLISECONDS);
  }
}
