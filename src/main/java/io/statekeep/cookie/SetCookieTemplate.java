package io.statekeep.cookie;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
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

  // Cookies of one second and one age end alike.
  private volatile Ending latest;

  /** All that follows the value. */
  private record Ending(@Nullable Long age, long epochSecond, String text) {}

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
    this.latest = ending(null, 0);
  }

  /**
   * The header's value.
   *
   * @param value cookie-octets only; other text goes through {@link CookieText#encode} first
   * @param maxAgeSeconds 0 deletes the cookie, null makes it end with the browser session; longer
   *     than 400 days is cut to 400 days, as browsers do
   * @param nowMillis the time from which {@code Expires} is counted, in milliseconds since the
   *     epoch
   * @throws IllegalArgumentException if value or age is out of bounds
   */
  public String line(String value, @Nullable Long maxAgeSeconds, long nowMillis) {
    return new String(bytes(value, maxAgeSeconds, nowMillis), StandardCharsets.US_ASCII);
  }

  /**
   * The same as it goes over the wire, in ASCII.
   *
   * @throws IllegalArgumentException if value or age is out of bounds
   */
  public byte[] bytes(String value, @Nullable Long maxAgeSeconds, long nowMillis) {
    checkValue(value);
    String end = end(granted(maxAgeSeconds), Math.floorDiv(nowMillis, 1000L));
    byte[] line = new byte[start.length() + value.length() + end.length()];
    put(line, put(line, put(line, 0, start), value), end);
    return line;
  }

  private String end(@Nullable Long age, long epochSecond) {
    Ending known = latest;
    if (known.epochSecond != epochSecond || !Objects.equals(known.age, age)) {
      known = ending(age, epochSecond);
      latest = known;
    }
    return known.text;
  }

  private Ending ending(@Nullable Long age, long epochSecond) {
    if (age == null) {
      return new Ending(null, epochSecond, suffix);
    }
    String expires = HttpDate.format(age == 0 ? 0 : epochSecond + age);
    return new Ending(age, epochSecond, "; Max-Age=" + age + "; Expires=" + expires + suffix);
  }

  @SuppressWarnings("deprecation") // By low bytes: all of it was checked to be ASCII.
  private static int put(byte[] line, int at, String part) {
    part.getBytes(0, part.length(), line, at);
    return at + part.length();
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
