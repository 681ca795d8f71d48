package io.statekeep.web;

import io.netty.util.AsciiString;
import io.statekeep.cookie.CookieAttributes;
import io.statekeep.cookie.SetCookieTemplate;
import io.statekeep.session.CookieChange;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.time.InstantSource;

/**
 * How the session's cookie is written. It is cleared by the same attributes that set it.
 * Thread-safe.
 */
public final class SessionCookie {
  private final String name;
  private final SetCookieTemplate template;
  private final SetCookieTemplate overHttps;
  private final TrustedProxies proxies;
  private final InstantSource clock;

  /**
   * @param name of the cookie
   * @param attributes of it; their {@code secure} counts unless {@code secureByTransport}
   * @param secureByTransport whether {@code Secure} follows the request: on where it came by https
   * @param proxies whose word on the transport counts
   * @param clock for {@code Expires}
   * @throws IllegalArgumentException if there can be no such cookie
   */
  public SessionCookie(
      String name,
      CookieAttributes attributes,
      boolean secureByTransport,
      TrustedProxies proxies,
      InstantSource clock) {
    this.name = name;
    this.proxies = proxies;
    this.clock = clock;
    if (secureByTransport) {
      template = new SetCookieTemplate(name, attributes.withSecure(false));
      overHttps = new SetCookieTemplate(name, attributes.withSecure(true));
    } else {
      template = new SetCookieTemplate(name, attributes);
      overHttps = template;
    }
  }

  /** The name that a request sends it back under. */
  public String name() {
    return name;
  }

  /** The whole line that tells a browser of this token. */
  public String line(RoutingContext context, CookieChange.Keep keep) {
    return template(context).line(keep.token().value(), keep.maxAgeSeconds(), clock.millis());
  }

  /** Tells the client of the change, if there is one. */
  public void write(RoutingContext context, CookieChange change) {
    if (change instanceof CookieChange.Keep keep) {
      String token = keep.token().value();
      add(context, template(context).bytes(token, keep.maxAgeSeconds(), clock.millis()));
    } else if (change instanceof CookieChange.Clear) {
      add(context, template(context).deletingBytes());
    }
  }

  // Bytes go into the answer's buffer at once, a String one character after another.
  private static void add(RoutingContext context, byte[] line) {
    context.response().headers().add(HttpHeaders.SET_COOKIE, new AsciiString(line, false));
  }

  private SetCookieTemplate template(RoutingContext context) {
    return overHttps != template && proxies.isHttps(context.request()) ? overHttps : template;
  }
}
