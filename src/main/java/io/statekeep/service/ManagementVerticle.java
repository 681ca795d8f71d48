package io.statekeep.service;

import io.statekeep.service.config.Config;
import io.statekeep.web.Methods;
import io.statekeep.web.ProblemHandler;
import io.statekeep.web.Reply;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.VerticleBase;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Supplier;

/** The listener for operators: health and metrics. Not for the open internet. */
final class ManagementVerticle extends VerticleBase {
  private static final CharSequence JSON = HttpHeaders.createOptimized("application/json");
  private static final CharSequence PROMETHEUS =
      HttpHeaders.createOptimized("text/plain; version=0.0.4; charset=utf-8");

  private final Config config;
  private final Supplier<Future<Void>> readiness;
  private final Metrics metrics;
  private HttpServer server;

  /**
   * @param readiness fails while requests are not to be sent here
   */
  ManagementVerticle(Config config, Supplier<Future<Void>> readiness, Metrics metrics) {
    this.config = config;
    this.readiness = readiness;
    this.metrics = metrics;
  }

  @Override
  public Future<?> start() {
    Router router = Router.router(vertx);
    read(router, "/health/live", context -> status(context, 200, "UP"));
    read(router, "/health/ready", this::ready);
    read(router, "/metrics", this::metrics);
    new ProblemHandler().attach(router);
    server =
        vertx
            .createHttpServer(Listeners.options(config, config.management()))
            .invalidRequestHandler(Listeners::refuse)
            .requestHandler(router);
    return server.listen();
  }

  private static void read(Router router, String path, Handler<RoutingContext> handler) {
    router.route(path).handler(Methods.READ).handler(handler);
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
    context.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    new Reply(code, JSON, Buffer.buffer("{\"status\":\"" + status + "\"}")).send(context);
  }

  private void metrics(RoutingContext context) {
    vertx
        .executeBlocking(metrics::scrape)
        .onSuccess(text -> new Reply(200, PROMETHEUS, Buffer.buffer(text)).send(context))
        .onFailure(context::fail);
  }

  @Override
  public Future<?> stop() {
    return server.close();
  }
}
