package io.statekeep.cookie;

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

  /**
   * @throws IllegalArgumentException if name, value or age is out of bounds, or the name's prefix
   *     contradicts the attributes
   */
  public SetCookie {
    new SetCookieTemplate(name, attributes).checkValue(value);
    maxAgeSeconds = SetCookieTemplate.granted(maxAgeSeconds);
  }

  /**
   * The header's value.
   *
   * @param nowMillis the time from which {@code Expires} is counted, in milliseconds since the
   *     epoch
   * @throws IllegalArgumentException if the year of {@code Expires} has not four digits
   */
  public String header(long nowMillis) {
    return new SetCookieTemplate(name, attributes).line(value, maxAgeSeconds, nowMillis);
  }
}
