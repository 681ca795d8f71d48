package io.statekeep.cookie;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The cookies of one request, read from its {@code Cookie} lines by RFC 6265bis section 5.6 turned
 * round.
 *
 * <p>Liberal and total: any text is read without an exception, a pair that cannot be read is
 * skipped alone. Pairs are split on {@code ;} only, a name and a value on the first {@code =},
 * spaces and tabs around them are dropped; quotes, commas, percent signs and {@code $} names are
 * data. Nothing is indexed, each look-up is one pass over the lines, so no choice of names can make
 * it slow. Immutable.
 */
public final class RequestCookies {
  /** Pairs after this many are counted, not read; browsers keep at least 50 a domain. */
  public static final int MAX_PAIRS = 150;

  private static final RequestCookies NONE = new RequestCookies(List.of());

  private final List<String> lines;

  private RequestCookies(List<String> lines) {
    this.lines = lines;
  }

  /**
   * Reads all {@code Cookie} lines of a request (HTTP/2 splits them at will, RFC 9113 section
   * 8.2.3).
   */
  public static RequestCookies of(List<String> lines) {
    return lines.isEmpty() ? NONE : new RequestCookies(List.copyOf(lines));
  }

  /** Reads one {@code Cookie} line. */
  public static RequestCookies of(String line) {
    return new RequestCookies(List.of(line));
  }

  /** The value of the first cookie of that name. Browsers send the longest path first. */
  public @Nullable String first(String name) {
    Scanner scanner = new Scanner(lines);
    while (scanner.next()) {
      if (scanner.nameIs(name)) {
        return scanner.value();
      }
    }
    return null;
  }

  /**
   * The values of all cookies of that name, in the order sent. The order proves nothing of their
   * origin.
   */
  public List<String> all(String name) {
    List<String> values = List.of();
    Scanner scanner = new Scanner(lines);
    while (scanner.next()) {
      if (scanner.nameIs(name)) {
        if (values.isEmpty()) {
          values = List.of(scanner.value());
        } else {
          values = values.size() == 1 ? new ArrayList<>(values) : values;
          values.add(scanner.value());
        }
      }
    }
    return values;
  }

  /** Every cookie that was read, in the order sent. */
  public List<Cookie> toList() {
    List<Cookie> cookies = new ArrayList<>();
    Scanner scanner = new Scanner(lines);
    while (scanner.next()) {
      cookies.add(new Cookie(scanner.name(), scanner.value()));
    }
    return cookies;
  }

  /** How many pairs came after the first {@value #MAX_PAIRS} and were not read. */
  public int ignored() {
    Scanner scanner = new Scanner(lines);
    int pairs = 0;
    while (scanner.nextPair()) {
      pairs++;
    }
    return Math.max(0, pairs - MAX_PAIRS);
  }

  /** One pass over the lines; allocates nothing until a name or value is asked for. */
  private static final class Scanner {
    private final List<String> lines;
    private int lineNumber;
    private String line = "";
    private int position;
    private int pairs;
    private int nameStart;
    private int nameEnd;
    private int valueStart;
    private int valueEnd;

    Scanner(List<String> lines) {
      this.lines = lines;
    }

    boolean next() {
      return pairs < MAX_PAIRS && nextPair();
    }

    boolean nextPair() {
      while (position < line.length() || nextLine()) {
        int start = position;
        int equals = -1;
        int end = start;
        for (; end < line.length() && line.charAt(end) != ';'; end++) {
          if (equals < 0 && line.charAt(end) == '=') {
            equals = end;
          }
        }
        position = end + 1;
        // A pair without a name is what a browser never sends for a name that it was given:
        // ignored.
        if (equals >= 0 && mark(start, equals, end)) {
          pairs++;
          return true;
        }
      }
      return false;
    }

    private boolean nextLine() {
      if (lineNumber == lines.size()) {
        return false;
      }
      line = lines.get(lineNumber++);
      position = 0;
      return true;
    }

    private boolean mark(int start, int equals, int end) {
      nameStart = skipSpace(start, equals);
      nameEnd = dropSpace(nameStart, equals);
      valueStart = skipSpace(equals + 1, end);
      valueEnd = dropSpace(valueStart, end);
      return nameEnd > nameStart;
    }

    private int skipSpace(int from, int to) {
      int at = from;
      while (at < to && isSpace(line.charAt(at))) {
        at++;
      }
      return at;
    }

    private int dropSpace(int from, int to) {
      int at = to;
      while (at > from && isSpace(line.charAt(at - 1))) {
        at--;
      }
      return at;
    }

    private static boolean isSpace(char c) {
      return c == ' ' || c == '\t';
    }

    boolean nameIs(String name) {
      return nameEnd - nameStart == name.length()
          && line.regionMatches(nameStart, name, 0, name.length());
    }

    String name() {
      return line.substring(nameStart, nameEnd);
    }

    String value() {
      return line.substring(valueStart, valueEnd);
    }
  }
}
