package io.statekeep.cookie;

/**
 * The grammar that a written cookie must keep. Strict: what does not fit is refused, never
 * repaired.
 */
final class CookieSyntax {
  /** RFC 6265bis section 5.6: user agents drop a cookie whose name and value are longer in all. */
  static final int MAX_PAIR_BYTES = 4096;

  /** RFC 6265bis section 5.6: user agents ignore an attribute whose value is longer. */
  static final int MAX_ATTRIBUTE_BYTES = 1024;

  private static final boolean[] COOKIE_OCTETS = new boolean[0x7F];

  static {
    for (char c = 0x21; c < COOKIE_OCTETS.length; c++) {
      COOKIE_OCTETS[c] = "\",;\\".indexOf(c) < 0;
    }
  }

  private CookieSyntax() {}

  /**
   * RFC 6265bis section 4.1.1: US-ASCII without controls, space, DQUOTE, comma, semicolon and
   * backslash.
   */
  static boolean isCookieOctet(char c) {
    return c < COOKIE_OCTETS.length && COOKIE_OCTETS[c];
  }

  /** RFC 9110 section 5.6.2: token characters. */
  static boolean isTokenChar(char c) {
    return isAlphanumeric(c) || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
  }

  static void checkName(String name) {
    check(!name.isEmpty(), "cookie name is empty");
    check(name.chars().allMatch(c -> isTokenChar((char) c)), "cookie name is not a token");
  }

  static void checkValue(String value) {
    for (int i = 0; i < value.length(); i++) {
      check(isCookieOctet(value.charAt(i)), "cookie value has a character that needs encoding");
    }
  }

  static void checkPair(String name, String value) {
    check(
        name.length() + value.length() <= MAX_PAIR_BYTES,
        "cookie name and value are longer than " + MAX_PAIR_BYTES + " bytes");
  }

  /** RFC 6265bis section 4.1.1: path-value is any character except controls and semicolon. */
  static void checkPath(String path) {
    check(path.startsWith("/"), "cookie path does not begin with /");
    check(
        path.length() <= MAX_ATTRIBUTE_BYTES, "cookie path is longer than " + MAX_ATTRIBUTE_BYTES);
    check(
        path.chars().allMatch(c -> c >= 0x20 && c < 0x7F && c != ';'),
        "cookie path has a character outside US-ASCII, a control or a semicolon");
    // Section 5.6: user agents drop it, and a cookie is not cleared by another path.
    check(!path.endsWith(" "), "cookie path ends in a space");
  }

  /** RFC 6265bis section 4.1.2.3, with the host name syntax of RFC 1123 section 2.1. */
  static void checkDomain(String domain) {
    check(domain.length() <= 253, "cookie domain is longer than 253");
    for (String label : domain.split("\\.", -1)) {
      check(
          !label.isEmpty()
              && label.length() <= 63
              && label.chars().allMatch(CookieSyntax::isHostChar),
          "cookie domain is not a host name");
      check(!label.startsWith("-") && !label.endsWith("-"), "cookie domain is not a host name");
    }
  }

  private static boolean isHostChar(int c) {
    return isAlphanumeric(c) || c == '-';
  }

  private static boolean isAlphanumeric(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  }

  static void check(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
