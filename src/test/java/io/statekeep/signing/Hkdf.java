package io.statekeep.signing;

import java.io.ByteArrayOutputStream;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HKDF with SHA-256 by the letter of RFC 5869: what the derived keys are held to. */
public final class Hkdf {
  private Hkdf() {}

  /** The output key for this input key, salt and info; an empty salt is 32 zero bytes. */
  public static byte[] derive(byte[] inputKey, byte[] salt, byte[] info, int length) {
    byte[] pseudoRandomKey = hmac(salt.length == 0 ? new byte[32] : salt, inputKey);
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    byte[] block = {};
    for (int counter = 1; output.size() < length; counter++) {
      ByteArrayOutputStream input = new ByteArrayOutputStream();
      input.writeBytes(block);
      input.writeBytes(info);
      input.write(counter);
      block = hmac(pseudoRandomKey, input.toByteArray());
      output.writeBytes(block);
    }
    return Arrays.copyOf(output.toByteArray(), length);
  }

  public static byte[] hmac(byte[] key, byte[] message) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac.doFinal(message);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
