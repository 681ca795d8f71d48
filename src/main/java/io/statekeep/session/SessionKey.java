package io.statekeep.session;

import java.util.Objects;

/**
 * The name under which stores keep a session: the digest of its token, never the token. What
 * stores, caches and channels hold; it cannot be used to speak for the session.
 */
public final class SessionKey {
  /** How many partitions there are. */
  public static final int PARTITIONS = 64;

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

  /**
   * The part of all sessions that this one is in, 0 to 63: what its first character stands for in
   * base64url. A store on several servers keeps each partition on one, and a session never leaves
   * its own.
   */
  public int partition() {
    return partitionOf(value);
  }

  /** The partition of any text: 0 if it does not begin as base64url does. */
  public static int partitionOf(String text) {
    char c = text.isEmpty() ? 'A' : text.charAt(0);
    if (c >= 'A' && c <= 'Z') {
      return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
      return 26 + c - 'a';
    }
    if (c >= '0' && c <= '9') {
      return 52 + c - '0';
    }
    return c == '-' ? 62 : c == '_' ? 63 : 0;
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
