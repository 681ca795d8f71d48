package io.statekeep.signing;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * The deployment's signing keys in order: the first signs, all verify. Immutable and thread-safe.
 *
 * <p>Rolling a key takes two steps: add the new key at the end everywhere, then move it to the
 * front. A key that is taken out of the ring is refused at once.
 */
public final class KeyRing {
  /** The least length of a key in bytes, the output size of SHA-256 (RFC 2104 section 3). */
  public static final int MIN_KEY_BYTES = 32;

  private final List<byte[]> keys;

  private KeyRing(List<byte[]> keys) {
    this.keys = keys;
  }

  /**
   * Reads a comma list of keys in base64url.
   *
   * @throws IllegalArgumentException if a key is not base64url or shorter than {@value
   *     #MIN_KEY_BYTES} bytes; the message gives the key's place in the list, never its text
   */
  public static KeyRing parse(String commaList) {
    List<byte[]> keys = new ArrayList<>();
    for (String text : commaList.split(",", -1)) {
      keys.add(decode(text.strip(), keys.size() + 1));
    }
    return new KeyRing(List.copyOf(keys));
  }

  private static byte[] decode(String text, int place) {
    byte[] key;
    try {
      key = Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      // Without its cause, which quotes the character that it stumbled over.
      throw new IllegalArgumentException("signing key " + place + " is not base64url");
    }
    if (key.length < MIN_KEY_BYTES) {
      throw new IllegalArgumentException(
          "signing key "
              + place
              + " has "
              + key.length
              + " bytes, at least "
              + MIN_KEY_BYTES
              + " are required");
    }
    return key;
  }

  /** A new random key in the form that {@link #parse} reads. */
  public static String newKey(SecureRandom random) {
    byte[] key = new byte[MIN_KEY_BYTES];
    random.nextBytes(key);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(key);
  }

  /**
   * The keys for one purpose. What is signed for one purpose never verifies for another, because
   * each has keys of its own (HKDF, RFC 5869).
   */
  public PurposeKeys forPurpose(String purpose) {
    return new PurposeKeys(keys, purpose);
  }

  @Override
  public String toString() {
    return "KeyRing[" + keys.size() + " keys]";
  }
}
