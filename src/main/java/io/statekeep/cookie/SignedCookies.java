package io.statekeep.cookie;

import io.statekeep.signing.KeyRing;
import io.statekeep.signing.PurposeKeys;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;

/**
 * Values that a client may read but not change: {@code v1.keyId.issuedAt.value.signature},
 * HMAC-SHA-256 over version, key, cookie name, purpose, time and value. Thread-safe.
 *
 * <p>A signature proves who wrote a value, not that it still holds: what must be revocable belongs
 * in a session.
 */
public final class SignedCookies {
  private static final String VERSION = "v1";

  private final SealedText seal;
  private final PurposeKeys keys;

  /**
   * @param purpose separates uses of one key ring; a value signed for another purpose does not
   *     verify
   * @param maxAge how long a value holds, whatever the cookie's own age
   */
  public SignedCookies(KeyRing ring, String purpose, Duration maxAge, InstantSource clock) {
    keys = ring.forPurpose("signed cookie " + purpose);
    seal = new SealedText(keys, VERSION + " " + purpose, maxAge, clock);
  }

  /** The cookie's value for this text; only cookie-octets. */
  public String sign(String cookieName, String text) {
    String issuedAt = Long.toString(seal.nowSeconds());
    String value = SealedText.encode(text);
    byte[] mac = keys.sign(seal.context(cookieName, keys.keyId(0), issuedAt, value));
    return String.join(".", VERSION, keys.keyId(0), issuedAt, value, encode(mac));
  }

  /**
   * The text, if this value was signed for this cookie by a key of the ring and is young enough.
   */
  public Optional<Unsealed> verify(String cookieName, String cookieValue) {
    String[] parts = cookieValue.split("\\.", 6);
    if (parts.length != 5 || !parts[0].equals(VERSION)) {
      return Optional.empty();
    }
    byte[] mac = SealedText.decodeCanonical(parts[4]);
    int known = keys.placeOf(parts[1]);
    // An unknown key costs what a known one costs.
    int place = Math.max(0, known);
    byte[] signed = seal.context(cookieName, parts[1], parts[2], parts[3]);
    boolean genuine = keys.verifyWith(place, signed, mac) && known >= 0;
    return genuine ? seal.open(parts[2], parts[3], place) : Optional.empty();
  }

  private static String encode(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
