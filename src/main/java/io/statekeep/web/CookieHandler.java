package io.statekeep.web;

import io.statekeep.cookie.RequestCookies;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;

/**
 * Reads a request's cookies by RFC 6265bis, from all of its {@code Cookie} lines. Handlers after it
 * find them by {@link #cookies}.
 */
public final class CookieHandler implements Handler<RoutingContext> {
  private static final String KEY = CookieHandler.class.getName();

  @Override
  public void handle(RoutingContext context) {
    context.put(KEY, RequestCookies.of(context.request().headers().getAll(HttpHeaders.COOKIE)));
    context.next();
  }

  /**
   * The request's cookies.
   *
   * @throws IllegalStateException if this handler is not in front of the route
   */
  public static RequestCookies cookies(RoutingContext context) {
    RequestCookies cookies = context.get(KEY);
    if (cookies == null) {
      throw new IllegalStateException("no CookieHandler in front of this route");
    }
    return cookies;
  }
}
