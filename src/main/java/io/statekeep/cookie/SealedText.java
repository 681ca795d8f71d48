package io.statekeep.cookie;

import io.statekeep.signing.PurposeKeys;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;

/**
 * What signed and encrypted cookies share: the bound context, the age rule, one encoding for each
 * value.
 */
final class SealedText {
  /** How far another node's clock may be ahead, in seconds. */
  static final long MAX_SKEW_SECONDS = 60;

  private static final byte[] NOTHING = new byte[0];

  private final PurposeKeys keys;
  private final String scheme;
  private final long maxAgeSeconds;
  private final InstantSource clock;

  SealedText(PurposeKeys keys, String scheme, Duration maxAge, InstantSource clock) {
    this.keys = keys;
    this.scheme = scheme;
    this.maxAgeSeconds = maxAge.toSeconds();
    this.clock = clock;
  }

  long nowSeconds() {
    return Math.floorDiv(clock.millis(), 1000L);
  }

  /**
   * The scheme and these parts, each with its length in front, so that no two lists give the same
   * bytes.
   */
  byte[] context(String... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      append(out, scheme);
      for (String part : parts) {
        append(out, part);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail to write", e);
    }
    return bytes.toByteArray();
  }

  private static void append(DataOutputStream out, String part) throws IOException {
    byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  /** Opens parts whose origin is proven: the age rule, then the text. */
  Optional<Unsealed> open(String issuedAt, String encodedText, int place) {
    long seconds;
    try {
      seconds = Long.parseLong(issuedAt);
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
    long age = nowSeconds() - seconds;
    if (age < -MAX_SKEW_SECONDS || age > maxAgeSeconds) {
      return Optional.empty();
    }
    String text = new String(decodeCanonical(encodedText), StandardCharsets.UTF_8);
    return Optional.of(new Unsealed(text, seconds, place == 0));
  }

  String keyId(int place) {
    return keys.keyId(place);
  }

  static String encode(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The bytes, or none if the text is not the one unpadded base64url form of them (RFC 4648 section
   * 3.5).
   */
  static byte[] decodeCanonical(String text) {
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(text);
      boolean canonical =
          Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).equals(text);
      return canonical ? bytes : NOTHING;
    } catch (IllegalArgumentException e) {
      return NOTHING;
    }
  }
}
