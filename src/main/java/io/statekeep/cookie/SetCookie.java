package io.statekeep.cookie;

import static io.statekeep.cookie.CookieSyntax.check;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One {@code Set-Cookie} line, strict on the way out: what would need repair is refused (RFC
 * 6265bis section 4.1).
 *
 * @param name a token; a prefix such as {@code __Host-} is held to its rules
 * @param value cookie-octets only; other text goes through {@link CookieText#encode} first
 * @param maxAgeSeconds 0 deletes the cookie, null makes it end with the browser session; longer
 *     than 400 days is cut to 400 days, as browsers do
 * @param attributes the rest
 */
public record SetCookie(
    String name, String value, @Nullable Long maxAgeSeconds, CookieAttributes attributes) {

  /** RFC 6265bis section 5.5: the longest life that a user agent grants, in seconds. */
  public static final long MAX_AGE_LIMIT_SECONDS = Duration.ofDays(400).toSeconds();

  /**
   * @throws IllegalArgumentException if name, value or age is out of bounds, or the name's prefix
   *     contradicts the attributes
   */
  public SetCookie {
    CookieSyntax.checkName(name);
    CookieSyntax.checkValue(value);
    CookieSyntax.checkPair(name, value);
    attributes.checkPrefix(name);
    if (maxAgeSeconds != null) {
      check(maxAgeSeconds >= 0, "cookie Max-Age is negative");
      maxAgeSeconds = Math.min(maxAgeSeconds, MAX_AGE_LIMIT_SECONDS);
    }
  }

  /** A cookie that a browser drops at once; needs the attributes that set it. */
  public static SetCookie deleting(String name, CookieAttributes attributes) {
    return new SetCookie(name, "", 0L, attributes);
  }

  /**
   * The header's value.
   *
   * @param nowMillis the time from which {@code Expires} is counted, in milliseconds since the
   *     epoch
   */
  public String header(long nowMillis) {
    StringBuilder out = new StringBuilder(name.length() + value.length() + 128);
    out.append(name).append('=').append(value);
    if (maxAgeSeconds != null) {
      long expires = maxAgeSeconds == 0 ? 0 : Math.floorDiv(nowMillis, 1000L) + maxAgeSeconds;
      out.append("; Max-Age=").append(maxAgeSeconds.longValue());
      out.append("; Expires=").append(HttpDate.format(expires));
    }
    return out.append(attributes.suffix()).toString();
  }
}
