package io.statekeep.service;

import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.statekeep.service.config.Config;
import io.statekeep.web.ProblemHandler;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.concurrent.TimeUnit;

/** What all listeners have in common: their bounds, and the answer to what cannot be read. */
final class Listeners {
  // Of all header lines together; the request line has a bound of its own.
  private static final int MAX_HEADER_BYTES = 8 * 1024;

  private Listeners() {}

  /** A listener there, with the bounds of every one. */
  static HttpServerOptions options(Config config, Config.Listener listener) {
    return new HttpServerOptions()
        .setHost(listener.host())
        .setPort(listener.port())
        .setMaxHeaderSize(MAX_HEADER_BYTES)
        .setMaxInitialLineLength(MAX_HEADER_BYTES)
        .setTcpNoDelay(true)
        .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
        .setIdleTimeout((int) config.http().idleTimeout().toMillis());
  }

  /** Answers a request that no router can read. */
  static void refuse(HttpServerRequest request) {
    Throwable cause = request.decoderResult().cause();
    int status = 400;
    if (cause instanceof TooLongHttpLineException) {
      status = 414;
    } else if (cause instanceof TooLongHttpHeaderException) {
      status = 431;
    }
    ProblemHandler.refuse(request, status);
  }
}
