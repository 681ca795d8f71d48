package io.statekeep.web;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.statekeep.session.JsonText;
import io.statekeep.session.SaveOutcome;
import io.statekeep.session.SessionRefusedException;
import io.statekeep.session.SessionStoreException;
import io.vertx.core.Handler;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers every failure as {@code application/problem+json} (RFC 9457). An outage of the store is
 * 503 and never looks like an absent session; what nobody foresaw is 500, and the log alone tells
 * more.
 */
public final class ProblemHandler implements Handler<RoutingContext> {
  private static final Logger LOG = LoggerFactory.getLogger(ProblemHandler.class);
  private static final OutageLog OUTAGES = new OutageLog(System::nanoTime);
  private static final int RETRY_SECONDS = 1;
  private static final String PROBLEM_JSON = "application/problem+json";

  /** Makes this the last word of a router. Call it after all routes. */
  public void attach(Router router) {
    router.route().failureHandler(this);
    router.route().handler(context -> send(context, Problem.of(404, "There is nothing here.")));
    router.errorHandler(400, this);
    router.errorHandler(500, this);
  }

  @Override
  public void handle(RoutingContext context) {
    send(context, problem(context));
  }

  private static Problem problem(RoutingContext context) {
    Throwable failure = context.failure();
    int status = context.statusCode();
    if (failure instanceof ProblemException known) {
      return known.problem();
    }
    if (failure instanceof SessionRefusedException refused) {
      return refused(refused.outcome());
    }
    if (failure instanceof SessionStoreException) {
      // The cause's own text may hold what somebody stores.
      String line = OUTAGES.line(failure.getMessage());
      if (line != null) {
        LOG.warn("store.unavailable: {}", line);
      }
      return Problem.retryAfter(503, "The session store is unavailable.", RETRY_SECONDS);
    }
    if (status >= 400 && status < 500) {
      return Problem.of(status, "The request cannot be served as it is.");
    }
    if (!isDecodable(context.request().path())) {
      // The router throws at it while it looks for a route.
      return Problem.of(400, "The path has a broken escape.");
    }
    LOG.error("request.failed: unforeseen", failure);
    return Problem.of(500, "Something went wrong here.");
  }

  private static boolean isDecodable(@Nullable String path) {
    try {
      return path == null || QueryStringDecoder.decodeComponent(path) != null;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static Problem refused(SaveOutcome outcome) {
    if (outcome instanceof SaveOutcome.Conflict) {
      return Problem.of(412, "The session has changed since it was read.");
    }
    if (outcome instanceof SaveOutcome.NotANumber) {
      return Problem.of(409, "The attribute is not a whole number of 64 bits.");
    }
    if (outcome instanceof SaveOutcome.TooLarge) {
      return Problem.of(413, "The session would be too large.");
    }
    if (outcome instanceof SaveOutcome.AtLimit) {
      return Problem.of(409, "The subject has as many sessions as it may have.");
    }
    return Problem.of(401, "There is no live session.");
  }

  /**
   * Answers a request that no router can read, and closes its connection: where the next one begins
   * is unknown.
   */
  public static void refuse(HttpServerRequest request, int status) {
    Problem problem = Problem.of(status, "The request cannot be read.");
    request
        .response()
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, PROBLEM_JSON)
        .putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE)
        .end(body(problem))
        .onComplete(sent -> request.connection().close());
  }

  /** Sends a problem now. */
  public static void send(RoutingContext context, Problem problem) {
    if (context.response().headWritten()) {
      // A body may fail in more than one way while it comes: the first has been answered.
      return;
    }
    problem.headers().forEach(context.response()::putHeader);
    context.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    new Reply(problem.status(), PROBLEM_JSON, body(problem)).send(context);
  }

  private static Buffer body(Problem problem) {
    return Buffer.buffer(
        JsonText.write(
            new JsonObject()
                .put("type", "about:blank")
                .put("title", HttpResponseStatus.valueOf(problem.status()).reasonPhrase())
                .put("status", problem.status())
                .put("detail", problem.detail())));
  }
}
