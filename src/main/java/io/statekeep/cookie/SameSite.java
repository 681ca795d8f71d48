package io.statekeep.cookie;

/** When a browser sends the cookie on requests from other sites (RFC 6265bis section 5.6.7). */
public enum SameSite {
  /** Never on a cross-site request. */
  STRICT("Strict"),
  /** On cross-site top-level navigation by a safe method. */
  LAX("Lax"),
  /** Always; browsers want {@code Secure} with it. */
  NONE("None");

  private final String text;

  SameSite(String text) {
    this.text = text;
  }

  /** The attribute's value as written. */
  public String text() {
    return text;
  }
}
