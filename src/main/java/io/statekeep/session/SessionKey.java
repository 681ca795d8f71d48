package io.statekeep.session;

import java.util.Objects;

/**
 * The name under which stores keep a session: the digest of its token, never the token. What
 * stores, caches and channels hold; it cannot be used to speak for the session.
 */
public final class SessionKey {
  private final String value;

  /**
   * @param value base64url of SHA-256 of the token's random bytes, 43 characters
   */
  public SessionKey(String value) {
    this.value = Objects.requireNonNull(value);
  }

  /** The key's text. */
  public String value() {
    return value;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SessionKey key && key.value.equals(value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  @Override
  public String toString() {
    return "SessionKey[" + value.substring(0, Math.min(6, value.length())) + "...]";
  }
}
