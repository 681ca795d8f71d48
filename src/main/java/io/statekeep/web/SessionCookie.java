package io.statekeep.web;

import io.statekeep.cookie.CookieAttributes;
import io.statekeep.cookie.SetCookie;
import io.statekeep.session.CookieChange;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.time.InstantSource;

/**
 * How the session's cookie is written. It is cleared by the same attributes that set it.
 *
 * @param name of the cookie
 * @param attributes of it; their {@code secure} counts unless {@code secureByTransport}
 * @param secureByTransport whether {@code Secure} follows the request: on where it came by https
 * @param proxies whose word on the transport counts
 * @param clock for {@code Expires}
 */
public record SessionCookie(
    String name,
    CookieAttributes attributes,
    boolean secureByTransport,
    TrustedProxies proxies,
    InstantSource clock) {

  /** The whole line that tells a browser of this token. */
  public String line(RoutingContext context, CookieChange.Keep keep) {
    return new SetCookie(name, keep.token().value(), keep.maxAgeSeconds(), of(context))
        .header(clock.millis());
  }

  /** Tells the client of the change, if there is one. */
  public void write(RoutingContext context, CookieChange change) {
    if (change instanceof CookieChange.Keep keep) {
      context.response().headers().add(HttpHeaders.SET_COOKIE, line(context, keep));
    } else if (change instanceof CookieChange.Clear) {
      SetCookie cookie = SetCookie.deleting(name, of(context));
      context.response().headers().add(HttpHeaders.SET_COOKIE, cookie.header(clock.millis()));
    }
  }

  private CookieAttributes of(RoutingContext context) {
    if (!secureByTransport) {
      return attributes;
    }
    boolean https = proxies.isHttps(context.request());
    return https == attributes.secure() ? attributes : attributes.withSecure(https);
  }
}
