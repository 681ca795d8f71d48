package io.statekeep.session;

/**
 * What makes a creation safe to repeat: the store remembers it in the same step in which it creates
 * the session, and answers every later creation under the same key with what it remembers. No
 * secret is among it.
 *
 * @param key digest under which the creation is remembered, 1 to {@value #MAX_CHARS} ASCII
 *     characters
 * @param fingerprint digest of what was asked for, up to {@value #MAX_CHARS} ASCII characters
 * @param salt what the caller needs to make the token again, up to {@value #MAX_CHARS} ASCII
 *     characters
 * @param until how long it is remembered, in milliseconds since the epoch
 */
public record Repeat(String key, String fingerprint, String salt, long until) {
  /** The longest text of each kind. */
  public static final int MAX_CHARS = 128;

  /**
   * @throws IllegalArgumentException if a text is out of bounds
   */
  public Repeat {
    if (key.isEmpty() || !isShortAscii(key) || !isShortAscii(fingerprint) || !isShortAscii(salt)) {
      throw new IllegalArgumentException("not up to " + MAX_CHARS + " printable ASCII characters");
    }
  }

  /** The partition of sessions that a creation under this key is in. */
  public int partition() {
    return SessionKey.partitionOf(key);
  }

  private static boolean isShortAscii(String text) {
    return text.length() <= MAX_CHARS && text.chars().allMatch(c -> c > ' ' && c < 0x7f);
  }
}
