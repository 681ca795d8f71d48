package io.statekeep.cookie;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The {@code Set-Cookie} lines of one cookie: its name and attributes stay, its value and age
 * differ. Strict on the way out: what would need repair is refused (RFC 6265bis section 4.1).
 * Thread-safe.
 */
public final class SetCookieTemplate {
  /** RFC 6265bis section 5.5: the longest life that a user agent grants, in seconds. */
  public static final long MAX_AGE_LIMIT_SECONDS = Duration.ofDays(400).toSeconds();

  private final String name;
  private final String start;
  private final String suffix;

  /**
   * @param name a token; a prefix such as {@code __Host-} is held to its rules
   * @param attributes of every line
   * @throws IllegalArgumentException if the name is none, or its prefix contradicts the attributes
   */
  public SetCookieTemplate(String name, CookieAttributes attributes) {
    CookieSyntax.checkName(name);
    attributes.checkPrefix(name);
    this.name = name;
    this.start = name + "=";
    this.suffix = attributes.suffix();
  }

  /**
   * The header's value.
   *
   * @param value cookie-octets only; other text goes through {@link CookieText#encode} first
   * @param maxAgeSeconds 0 deletes the cookie, null makes it end with the browser session; longer
   *     than 400 days is cut to 400 days, as browsers do
   * @param nowMillis the time from which {@code Expires} is counted, in milliseconds since the
   *     epoch
   * @throws IllegalArgumentException if value or age is out of bounds, or the year of {@code
   *     Expires} has not four digits
   */
  public String line(String value, @Nullable Long maxAgeSeconds, long nowMillis) {
    return new String(bytes(value, maxAgeSeconds, nowMillis), StandardCharsets.US_ASCII);
  }

  /**
   * The same as it goes over the wire, in ASCII.
   *
   * @throws IllegalArgumentException as {@link #line}
   */
  public byte[] bytes(String value, @Nullable Long maxAgeSeconds, long nowMillis) {
    checkValue(value);
    Long age = granted(maxAgeSeconds);
    String life = age == null ? "" : "; Max-Age=" + age + "; Expires=";
    int date = age == null ? 0 : HttpDate.LENGTH;
    int length = start.length() + value.length() + life.length() + date + suffix.length();
    byte[] line = new byte[length];
    int at = AsciiText.put(line, 0, start);
    at = AsciiText.put(line, at, value);
    at = AsciiText.put(line, at, life);
    if (age != null) {
      at = HttpDate.put(line, at, age == 0 ? 0 : Math.floorDiv(nowMillis, 1000L) + age);
    }
    AsciiText.put(line, at, suffix);
    return line;
  }

  /** The line by which a browser drops the cookie at once, in ASCII. */
  public byte[] deletingBytes() {
    return bytes("", 0L, 0);
  }

  void checkValue(String value) {
    CookieSyntax.checkValue(value);
    CookieSyntax.checkPair(name, value);
  }

  /** How much of an age user agents grant. */
  static @Nullable Long granted(@Nullable Long maxAgeSeconds) {
    if (maxAgeSeconds == null) {
      return null;
    }
    CookieSyntax.check(maxAgeSeconds >= 0, "cookie Max-Age is negative");
    return Math.min(maxAgeSeconds, MAX_AGE_LIMIT_SECONDS);
  }
}
