package io.statekeep.signing;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The ring's keys for one purpose: HMAC-SHA-256, and key material for encryption. Thread-safe. */
public final class PurposeKeys {
  /** The length of a signature in bytes. */
  public static final int MAC_BYTES = 32;

  /** What {@link #verify} answers for a signature that no key made. */
  public static final int NO_KEY = -1;

  private static final String HMAC = "HmacSHA256";
  private static final int KEY_ID_BYTES = 6;

  private final byte[][] macKeys;
  private final byte[][] cipherKeys;
  private final String[] keyIds;
  // A Mac is not thread-safe and dear to make; event loops keep theirs.
  private final ThreadLocal<Scratch> scratch;

  PurposeKeys(List<byte[]> keys, String purpose) {
    macKeys = new byte[keys.size()][];
    cipherKeys = new byte[keys.size()][];
    keyIds = new String[keys.size()];
    for (int i = 0; i < macKeys.length; i++) {
      byte[] root = hmac(new byte[MAC_BYTES], keys.get(i));
      macKeys[i] = expand(root, "statekeep mac " + purpose);
      cipherKeys[i] = expand(root, "statekeep cipher " + purpose);
      byte[] id = Arrays.copyOf(expand(root, "statekeep key id " + purpose), KEY_ID_BYTES);
      keyIds[i] = Base64.getUrlEncoder().withoutPadding().encodeToString(id);
    }
    scratch = ThreadLocal.withInitial(() -> new Scratch(macKeys));
  }

  /** The public name of the key at this place of the ring; tells nothing of the key. */
  public String keyId(int place) {
    return keyIds[place];
  }

  /** The place of the key with this name, or {@link #NO_KEY}. */
  public int placeOf(String keyId) {
    return Arrays.asList(keyIds).indexOf(keyId);
  }

  /** Signs with the first key. */
  public byte[] sign(byte[] message) {
    return scratch.get().macs[0].doFinal(message);
  }

  /** How many keys there are; their places are below this. */
  public int count() {
    return macKeys.length;
  }

  /** Signs with the key at this place. */
  public byte[] sign(int place, byte[] message) {
    return scratch.get().macs[place].doFinal(message);
  }

  /** Signs the first {@code length} bytes with the first key into {@code out} without garbage. */
  public void sign(byte[] message, int length, byte[] out) {
    scratch.get().sign(0, message, length, out);
  }

  /** Whether the key at this place made the signature; constant time. */
  public boolean verifyWith(int place, byte[] message, byte[] mac) {
    return MessageDigest.isEqual(scratch.get().macs[place].doFinal(message), mac);
  }

  /**
   * The place of the key that made this signature of the first {@code length} bytes, or {@link
   * #NO_KEY}. Every comparison is constant-time, and a forged signature costs one HMAC for each key
   * of the ring.
   */
  public int verify(byte[] message, int length, byte[] mac) {
    Scratch mine = scratch.get();
    for (int place = 0; place < macKeys.length; place++) {
      mine.sign(place, message, length, mine.expected);
      if (MessageDigest.isEqual(mine.expected, mac)) {
        return place;
      }
    }
    return NO_KEY;
  }

  /** The 256-bit key for encryption at this place of the ring. */
  public SecretKeySpec cipherKey(int place, String algorithm) {
    return new SecretKeySpec(cipherKeys[place], algorithm);
  }

  // HKDF-Expand of RFC 5869 section 2.3 for one block, which is all that 32 bytes need.
  private static byte[] expand(byte[] root, String info) {
    byte[] text = info.getBytes(StandardCharsets.UTF_8);
    byte[] block = Arrays.copyOf(text, text.length + 1);
    block[text.length] = 1;
    return hmac(root, block);
  }

  private static byte[] hmac(byte[] key, byte[] message) {
    return newMac(key).doFinal(message);
  }

  private static Mac newMac(byte[] key) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(key, HMAC));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + HMAC, e);
    }
  }

  private static final class Scratch {
    final Mac[] macs;
    final byte[] expected = new byte[MAC_BYTES];

    Scratch(byte[][] keys) {
      macs = Arrays.stream(keys).map(PurposeKeys::newMac).toArray(Mac[]::new);
    }

    void sign(int place, byte[] message, int length, byte[] out) {
      try {
        macs[place].update(message, 0, length);
        macs[place].doFinal(out, 0);
      } catch (GeneralSecurityException e) {
        // Or the next signature of this thread would be over this message too.
        macs[place].reset();
        throw new IllegalStateException("the output buffer holds " + out.length + " bytes", e);
      }
    }
  }
}
