package io.statekeep.cookie;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a browser makes of a {@code Set-Cookie} line: the parser of RFC 6265bis section 5.6 and the
 * refusals of its storage model, section 5.7.
 */
final class UserAgent {
  private static final Pattern CONTROLS = Pattern.compile("[\\x00-\\x08\\x0A-\\x1F\\x7F]");
  private static final Pattern OUTER_SPACE = Pattern.compile("\\A[ \\t]+|[ \\t]+\\z");
  private static final Pattern DATE_DELIMITER =
      Pattern.compile("[\\x09\\x20-\\x2F\\x3B-\\x40\\x5B-\\x60\\x7B-\\x7E]+");
  private static final Pattern TIME = Pattern.compile("(\\d{1,2}):(\\d{1,2}):(\\d{1,2})(\\D.*)?");
  private static final Pattern DAY = Pattern.compile("(\\d{1,2})(\\D.*)?");
  private static final Pattern YEAR = Pattern.compile("(\\d{2,4})(\\D.*)?");
  private static final List<String> MONTHS =
      List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
  private static final long MAX_AGE_LIMIT = Duration.ofDays(400).toSeconds();

  private UserAgent() {}

  /** A cookie as a browser keeps it. Empty is an attribute that was not there or was ignored. */
  static final class Stored {
    String name = "";
    String value = "";
    Optional<Long> maxAge = Optional.empty();
    Optional<Instant> expires = Optional.empty();
    Optional<String> domain = Optional.empty();
    Optional<String> path = Optional.empty();
    Optional<String> sameSite = Optional.empty();
    boolean secure;
    boolean httpOnly;
    boolean partitioned;

    /** The attributes' names in the order of the line, those that were ignored too. */
    final List<String> attributeNames = new ArrayList<>();
  }

  /** The cookie that this line stores, or empty if the browser drops it. */
  static Optional<Stored> receive(String line) {
    if (CONTROLS.matcher(line).find()) {
      return Optional.empty();
    }
    String[] parts = line.split(";", -1);
    Stored cookie = new Stored();
    int equals = parts[0].indexOf('=');
    cookie.name = trim(parts[0].substring(0, Math.max(0, equals)));
    cookie.value = trim(parts[0].substring(equals + 1));
    int bytes = cookie.name.length() + cookie.value.length();
    if (bytes == 0 || bytes > 4096) {
      return Optional.empty();
    }
    for (int i = 1; i < parts.length; i++) {
      String[] halves = parts[i].split("=", 2);
      apply(trim(halves[0]), halves.length == 2 ? trim(halves[1]) : "", cookie);
    }
    return keeps(cookie) ? Optional.of(cookie) : Optional.empty();
  }

  private static void apply(String name, String value, Stored cookie) {
    cookie.attributeNames.add(name);
    if (value.length() > 1024) {
      return;
    }
    switch (name.toLowerCase(Locale.ROOT)) {
      case "expires" -> parseDate(value).ifPresent(date -> cookie.expires = Optional.of(date));
      case "max-age" -> {
        if (value.matches("-?\\d+")) {
          boolean past = value.startsWith("-");
          boolean far = value.length() > 18;
          long seconds = past ? 0 : far ? MAX_AGE_LIMIT : Long.parseLong(value);
          cookie.maxAge = Optional.of(Math.min(seconds, MAX_AGE_LIMIT));
        }
      }
      case "domain" -> {
        String host = value.startsWith(".") ? value.substring(1) : value;
        cookie.domain = Optional.of(host.toLowerCase(Locale.ROOT));
      }
      case "path" -> cookie.path = value.startsWith("/") ? Optional.of(value) : Optional.empty();
      case "secure" -> cookie.secure = true;
      case "httponly" -> cookie.httpOnly = true;
      case "samesite" -> cookie.sameSite = Optional.of(value.toLowerCase(Locale.ROOT));
      case "partitioned" -> cookie.partitioned = true;
      default -> {}
    }
  }

  private static boolean keeps(Stored cookie) {
    String name = cookie.name.toLowerCase(Locale.ROOT);
    boolean hostOnly =
        cookie.domain.isEmpty() && cookie.path.filter(path -> path.equals("/")).isPresent();
    if (name.startsWith("__secure-") && !cookie.secure) {
      return false;
    }
    if (name.startsWith("__host-") && !(cookie.secure && hostOnly)) {
      return false;
    }
    if (name.startsWith("__http-") && !(cookie.secure && cookie.httpOnly)) {
      return false;
    }
    if (name.startsWith("__host-http-") && !(cookie.secure && cookie.httpOnly && hostOnly)) {
      return false;
    }
    boolean needsSecure =
        cookie.partitioned || cookie.sameSite.filter(site -> site.equals("none")).isPresent();
    return cookie.secure || !needsSecure;
  }

  /** RFC 6265bis section 5.1.1. */
  static Optional<Instant> parseDate(String text) {
    int[] time = null;
    int day = -1;
    int month = -1;
    int year = -1;
    for (String token : DATE_DELIMITER.split(text, -1)) {
      Matcher timeMatcher = TIME.matcher(token);
      Matcher dayMatcher = DAY.matcher(token);
      Matcher yearMatcher = YEAR.matcher(token);
      String start = token.substring(0, Math.min(3, token.length())).toLowerCase(Locale.ROOT);
      if (time == null && timeMatcher.matches()) {
        time = new int[] {number(timeMatcher, 1), number(timeMatcher, 2), number(timeMatcher, 3)};
      } else if (day < 0 && dayMatcher.matches()) {
        day = number(dayMatcher, 1);
      } else if (month < 0 && MONTHS.contains(start)) {
        month = MONTHS.indexOf(start) + 1;
      } else if (year < 0 && yearMatcher.matches()) {
        year = number(yearMatcher, 1);
      }
    }
    if (time == null || day < 1 || day > 31 || month < 0 || year < 0) {
      return Optional.empty();
    }
    year += year < 70 ? 2000 : year < 100 ? 1900 : 0;
    if (year < 1601 || time[0] > 23 || time[1] > 59 || time[2] > 59) {
      return Optional.empty();
    }
    LocalDateTime date = LocalDateTime.of(year, month, day, time[0], time[1], time[2]);
    return Optional.of(date.toInstant(ZoneOffset.UTC));
  }

  private static int number(Matcher matcher, int group) {
    return Integer.parseInt(matcher.group(group));
  }

  private static String trim(String text) {
    return OUTER_SPACE.matcher(text).replaceAll("");
  }
}
