package io.statekeep.cookie;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/** The same grammar in the plainest words, slow and obvious: what the real parser is held to. */
final class ReferenceCookieParser {
  private static final Pattern OUTER_SPACE = Pattern.compile("\\A[ \t]+|[ \t]+\\z");

  private ReferenceCookieParser() {}

  /** Every cookie of the lines, without a cap. */
  static List<Cookie> parse(List<String> lines) {
    List<Cookie> cookies = new ArrayList<>();
    for (String line : lines) {
      for (String pair : line.split(";", -1)) {
        String[] halves = pair.split("=", 2);
        String name = trim(halves[0]);
        if (halves.length == 2 && !name.isEmpty()) {
          cookies.add(new Cookie(name, trim(halves[1])));
        }
      }
    }
    return cookies;
  }

  /** Whether a name stands at the start of a pair, with nothing but space around it. */
  static boolean beginsAPair(String name, List<String> lines) {
    return lines.stream()
        .flatMap(line -> Arrays.stream(line.split(";", -1)))
        .map(ReferenceCookieParser::trim)
        .filter(pair -> pair.startsWith(name))
        .anyMatch(pair -> trim(pair.substring(name.length())).startsWith("="));
  }

  /** A {@code Cookie} line as a user agent writes it, RFC 6265bis section 5.8.3. */
  static String serialise(List<Cookie> cookies) {
    List<String> pairs = new ArrayList<>();
    cookies.forEach(cookie -> pairs.add(cookie.name() + "=" + cookie.value()));
    return String.join("; ", pairs);
  }

  static String trim(String text) {
    return OUTER_SPACE.matcher(text).replaceAll("");
  }
}
