package io.statekeep.cookie;

import io.statekeep.signing.KeyRing;
import io.statekeep.signing.PurposeKeys;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Values that a client can neither read nor change: {@code e1.keyId.sealed}, AES-256-GCM with a
 * fresh 96-bit nonce (NIST SP 800-38D section 8.2.2); cookie name, purpose and key are bound as
 * additional data. Thread-safe.
 *
 * <p>Roll the key before 2^32 values, the bound for random nonces.
 */
public final class EncryptedCookies {
  private static final String VERSION = "e1";
  private static final String AES_GCM = "AES/GCM/NoPadding";
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BYTES = 16;

  private final PurposeKeys keys;
  private final SealedText seal;
  private final SecureRandom random;

  /**
   * @param purpose separates uses of one key ring
   * @param maxAge how long a value holds, whatever the cookie's own age
   */
  public EncryptedCookies(
      KeyRing ring, String purpose, Duration maxAge, InstantSource clock, SecureRandom random) {
    this.keys = ring.forPurpose("encrypted cookie " + purpose);
    this.seal = new SealedText(keys, VERSION + " " + purpose, maxAge, clock);
    this.random = random;
  }

  /** The cookie's value for this text; only cookie-octets. */
  public String encrypt(String cookieName, String text) {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    String plain = seal.nowSeconds() + "." + SealedText.encode(text);
    byte[] sealed =
        run(Cipher.ENCRYPT_MODE, 0, nonce, cookieName, plain.getBytes(StandardCharsets.US_ASCII))
            .orElseThrow(() -> new IllegalStateException("AES-GCM did not encrypt"));
    byte[] all = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
    System.arraycopy(sealed, 0, all, NONCE_BYTES, sealed.length);
    String body = Base64.getUrlEncoder().withoutPadding().encodeToString(all);
    return String.join(".", VERSION, keys.keyId(0), body);
  }

  /**
   * The text, if this value was encrypted for this cookie by a key of the ring and is young enough.
   */
  public Optional<Unsealed> decrypt(String cookieName, String cookieValue) {
    String[] parts = cookieValue.split("\\.", 4);
    if (parts.length != 3 || !parts[0].equals(VERSION)) {
      return Optional.empty();
    }
    byte[] all = SealedText.decodeCanonical(parts[2]);
    int known = keys.placeOf(parts[1]);
    // A body without room for the tag makes the provider throw what no caller expects.
    if (all.length <= NONCE_BYTES + TAG_BYTES) {
      return Optional.empty();
    }
    int place = Math.max(0, known);
    byte[] nonce = Arrays.copyOf(all, NONCE_BYTES);
    byte[] sealed = Arrays.copyOfRange(all, NONCE_BYTES, all.length);
    return run(Cipher.DECRYPT_MODE, place, nonce, cookieName, sealed)
        .filter(plain -> known >= 0)
        .map(plain -> new String(plain, StandardCharsets.US_ASCII).split("\\.", 2))
        .flatMap(plain -> seal.open(plain[0], plain[1], place));
  }

  private Optional<byte[]> run(int mode, int place, byte[] nonce, String cookieName, byte[] input) {
    try {
      Cipher cipher = Cipher.getInstance(AES_GCM);
      cipher.init(mode, keys.cipherKey(place, "AES"), new GCMParameterSpec(TAG_BYTES * 8, nonce));
      cipher.updateAAD(seal.context(cookieName, seal.keyId(place)));
      return Optional.of(cipher.doFinal(input));
    } catch (GeneralSecurityException e) {
      // One answer for every way to fail: what went wrong is nothing to tell a client.
      return Optional.empty();
    }
  }
}
