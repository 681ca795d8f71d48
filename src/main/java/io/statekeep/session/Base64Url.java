package io.statekeep.session;

import java.util.Arrays;

/** The characters of base64url, RFC 4648 section 5. */
final class Base64Url {
  private static final String ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  private static final byte[] BITS = new byte[128];

  // 43 characters have two bits more than 32 bytes.
  private static final int SPARE_BITS = 3;

  static {
    Arrays.fill(BITS, (byte) -1);
    for (int i = 0; i < ALPHABET.length(); i++) {
      BITS[ALPHABET.charAt(i)] = (byte) i;
    }
  }

  private Base64Url() {}

  /** What a character stands for, 0 to 63; -1 for one that is not of the alphabet. */
  static int bits(char c) {
    return c < BITS.length ? BITS[c] : -1;
  }

  /** Whether an encoder may end 32 bytes with this character: the bits beyond them are 0. */
  static boolean mayEndDigest(char last) {
    int bits = bits(last);
    return bits >= 0 && (bits & SPARE_BITS) == 0;
  }
}
