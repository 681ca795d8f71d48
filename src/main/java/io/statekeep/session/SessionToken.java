package io.statekeep.session;

/**
 * The secret that speaks for a session: the cookie's value. Never stored, logged or put in a URL.
 *
 * @param value only cookie-octets
 */
public record SessionToken(String value) {
  @Override
  public String toString() {
    return "SessionToken[secret]";
  }
}
