package io.statekeep.service;

import io.statekeep.service.config.Config;
import io.statekeep.web.ProblemHandler;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Supplier;

/** The listener for operators: health and metrics. Not for the open internet. */
final class ManagementVerticle extends VerticleBase {
  private final Config.Listener listener;
  private final Supplier<Future<Void>> readiness;
  private final Metrics metrics;
  private HttpServer server;

  /**
   * @param readiness fails while requests are not to be sent here
   */
  ManagementVerticle(Config.Listener listener, Supplier<Future<Void>> readiness, Metrics metrics) {
    this.listener = listener;
    this.readiness = readiness;
    this.metrics = metrics;
  }

  @Override
  public Future<?> start() {
    Router router = Router.router(vertx);
    router.get("/health/live").handler(context -> status(context, 200, "UP"));
    router.get("/health/ready").handler(this::ready);
    router.get("/metrics").handler(this::metrics);
    new ProblemHandler().attach(router);
    HttpServerOptions options =
        new HttpServerOptions().setHost(listener.host()).setPort(listener.port());
    server = vertx.createHttpServer(options).requestHandler(router);
    return server.listen();
  }

  int port() {
    return server.actualPort();
  }

  private void ready(RoutingContext context) {
    readiness
        .get()
        .onComplete(
            ready ->
                status(context, ready.succeeded() ? 200 : 503, ready.succeeded() ? "UP" : "DOWN"));
  }

  private static void status(RoutingContext context, int code, String status) {
    context
        .response()
        .setStatusCode(code)
        .putHeader("Content-Type", "application/json")
        .putHeader("Cache-Control", "no-store")
        .end("{\"status\":\"" + status + "\"}");
  }

  private void metrics(RoutingContext context) {
    vertx
        .executeBlocking(metrics::scrape)
        .onSuccess(
            text ->
                context
                    .response()
                    .putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                    .end(text))
        .onFailure(context::fail);
  }

  @Override
  public Future<?> stop() {
    return server.close();
  }
}
