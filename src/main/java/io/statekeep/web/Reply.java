package io.statekeep.web;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import org.jspecify.annotations.Nullable;

/**
 * An answer, complete before its first byte is sent.
 *
 * @param status of HTTP
 * @param contentType of the body, or null for none
 * @param body empty for none
 */
public record Reply(int status, @Nullable CharSequence contentType, Buffer body) {
  private static final CharSequence TEXT = HttpHeaders.createOptimized("text/plain; charset=utf-8");
  private static final CharSequence TYPE_OPTIONS =
      HttpHeaders.createOptimized("x-content-type-options");
  private static final CharSequence NO_SNIFF = HttpHeaders.createOptimized("nosniff");
  private static final CharSequence JSON =
      HttpHeaders.createOptimized("application/json; charset=utf-8");
  private static final Reply NO_CONTENT = new Reply(204, null, Buffer.buffer());

  /** 200 with plain text. */
  public static Reply text(String text) {
    return new Reply(200, TEXT, Buffer.buffer(text));
  }

  /** JSON text with this status. */
  public static Reply json(int status, String json) {
    return new Reply(status, JSON, Buffer.buffer(json));
  }

  /** 204. */
  public static Reply noContent() {
    return NO_CONTENT;
  }

  /** Sends it, if the client is still there. */
  public void send(RoutingContext context) {
    HttpServerResponse response = context.response();
    if (response.ended() || response.closed()) {
      return;
    }
    response.setStatusCode(status);
    if (contentType != null) {
      response.putHeader(HttpHeaders.CONTENT_TYPE, contentType);
      // Answers repeat what a client sent: no browser is to take them for a page.
      response.putHeader(TYPE_OPTIONS, NO_SNIFF);
    }
    if (context.request().method().equals(HttpMethod.HEAD)) {
      if (contentType != null) {
        response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
      }
      response.end();
    } else {
      response.end(body);
    }
  }
}
