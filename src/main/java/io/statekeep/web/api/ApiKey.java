package io.statekeep.web.api;

import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** A service that may use the API. Holds the digest of its secret alone. Immutable. */
final class ApiKey {
  private static final String READ = ":read";
  private static final String DIGEST = "sha256:";
  private static final int MIN_BITS = 128;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final Pattern HEX = Pattern.compile("[0-9A-Fa-f]*");
  // RFC 9110 section 11.2, token68: what may stand behind "Bearer".
  private static final Pattern SECRET = Pattern.compile("[A-Za-z0-9._~+/-]{1,1024}=*");

  private final String name;
  private final byte[] digest;
  private final boolean writes;

  private ApiKey(String name, byte[] digest, boolean writes) {
    this.name = name;
    this.digest = digest;
    this.writes = writes;
  }

  /**
   * Reads {@code name=secret} or {@code name=sha256:HEX}, with {@code :read} at its end for a key
   * that may not write.
   *
   * @throws IllegalArgumentException with what is wrong, without the secret
   */
  static ApiKey parse(String text) {
    int equals = text.indexOf('=');
    if (equals < 0 || !NAME.matcher(text.substring(0, equals)).matches()) {
      throw new IllegalArgumentException(
          "is not name=secret with a name of 1..64 letters, digits, dots, dashes, underscores");
    }
    boolean writes = !text.endsWith(READ);
    String rest = text.substring(equals + 1, text.length() - (writes ? 0 : READ.length()));
    byte[] digest =
        rest.startsWith(DIGEST) ? digest(rest.substring(DIGEST.length())) : secret(rest);
    return new ApiKey(text.substring(0, equals), digest, writes);
  }

  private static byte[] digest(String hex) {
    if (hex.length() != 64 || !HEX.matcher(hex).matches()) {
      throw new IllegalArgumentException("has a sha256: that is not 64 hexadecimal digits");
    }
    return HexFormat.of().parseHex(hex);
  }

  private static byte[] secret(String text) {
    if (!SECRET.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "has a secret with other characters than letters, digits and ._~+/-, or another scope"
              + " than :read");
    }
    // The most that so many characters can hold: how they were drawn cannot be seen.
    int bits = text.length() * (HEX.matcher(text).matches() ? 4 : 6);
    if (bits < MIN_BITS) {
      throw new IllegalArgumentException(
          "has a secret of fewer than 128 bits: at least 22 random characters are required, or 32"
              + " hexadecimal digits");
    }
    return Digests.sha256(text);
  }

  /** What operators call it. */
  String name() {
    return name;
  }

  /** Whether it may change anything. */
  boolean writes() {
    return writes;
  }

  /** Whether this is the digest of its secret; constant time. */
  boolean matches(byte[] other) {
    return MessageDigest.isEqual(digest, other);
  }

  @Override
  public String toString() {
    return "ApiKey[" + name + "]";
  }
}
