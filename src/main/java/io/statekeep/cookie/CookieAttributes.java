package io.statekeep.cookie;

import static io.statekeep.cookie.CookieSyntax.check;

import org.jspecify.annotations.Nullable;

/**
 * What a cookie says beside its name, value and age. A cookie is cleared only by the same
 * attributes that set it.
 *
 * @param path begins with {@code /}, at most 1024 bytes
 * @param domain a host name without a leading dot, or null for a host-only cookie
 * @param secure required for {@link SameSite#NONE} and for partitioned cookies
 * @param httpOnly hidden from scripts
 * @param sameSite always written: a browser's default is not one to rest on
 * @param partitioned one jar for each top-level site (CHIPS)
 */
public record CookieAttributes(
    String path,
    @Nullable String domain,
    boolean secure,
    boolean httpOnly,
    SameSite sameSite,
    boolean partitioned) {

  /** {@code Path=/; SameSite=Lax}, readable by scripts, over any transport. */
  public static final CookieAttributes PLAIN =
      new CookieAttributes("/", null, false, false, SameSite.LAX, false);

  /**
   * @throws IllegalArgumentException if an attribute is malformed or two contradict each other
   */
  public CookieAttributes {
    CookieSyntax.checkPath(path);
    if (domain != null) {
      CookieSyntax.checkDomain(domain);
    }
    check(secure || sameSite != SameSite.NONE, "SameSite=None requires Secure");
    check(secure || !partitioned, "Partitioned requires Secure");
  }

  /** The same attributes with or without {@code Secure}. */
  public CookieAttributes withSecure(boolean newSecure) {
    return new CookieAttributes(path, domain, newSecure, httpOnly, sameSite, partitioned);
  }

  /**
   * Checks the rules of the name prefixes, without regard to case (RFC 6265bis section 4.1.3 and
   * its successor).
   */
  void checkPrefix(String name) {
    boolean host = hasPrefix(name, "__Host-") || hasPrefix(name, "__Host-Http-");
    boolean http = hasPrefix(name, "__Http-") || hasPrefix(name, "__Host-Http-");
    boolean anyPrefix = host || http || hasPrefix(name, "__Secure-");
    check(secure || !anyPrefix, "a cookie name with this prefix requires Secure");
    check(httpOnly || !http, "a cookie name with this prefix requires HttpOnly");
    check(domain == null || !host, "a __Host- cookie must not have a Domain");
    check(path.equals("/") || !host, "a __Host- cookie requires Path=/");
  }

  private static boolean hasPrefix(String name, String prefix) {
    return name.regionMatches(true, 0, prefix, 0, prefix.length());
  }

  /**
   * The attributes as they stand in a {@code Set-Cookie} line, each with its separator in front.
   */
  String suffix() {
    StringBuilder out = new StringBuilder("; Path=").append(path);
    if (domain != null) {
      out.append("; Domain=").append(domain);
    }
    if (secure) {
      out.append("; Secure");
    }
    if (httpOnly) {
      out.append("; HttpOnly");
    }
    out.append("; SameSite=").append(sameSite.text());
    if (partitioned) {
      out.append("; Partitioned");
    }
    return out.toString();
  }
}
