package io.statekeep.session;

import io.statekeep.signing.KeyRing;
import io.statekeep.signing.PurposeKeys;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Issues and verifies tokens: {@code base64url(32 random bytes).base64url(HMAC-SHA-256)}, 87
 * characters. Thread-safe.
 *
 * <p>The signature costs a forger the store: a token that no key of the ring signed is refused
 * before any look-up. It covers the text of the random part, so each session has one token text for
 * each key of the ring.
 */
public final class SessionTokens {
  /** Random bytes of a token: 256 bits, twice what OWASP ASVS 7.2.3 asks for. */
  public static final int RANDOM_BYTES = 32;

  private static final int PART_CHARS = 43;
  private static final int TOKEN_CHARS = 2 * PART_CHARS + 1;
  private static final int BLOCK_BYTES = 64 * RANDOM_BYTES;
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
  private static final Base64.Decoder DECODER = Base64.getUrlDecoder();

  private final PurposeKeys keys;
  private final PurposeKeys derivation;
  private final ThreadLocal<Scratch> scratch;

  /**
   * @param ring the first key signs, all verify
   * @param random a cryptographic source; drawn in blocks, one for each thread
   */
  public SessionTokens(KeyRing ring, SecureRandom random) {
    this.keys = ring.forPurpose("session token");
    this.derivation = ring.forPurpose("session token of a salt");
    this.scratch = ThreadLocal.withInitial(() -> new Scratch(random));
  }

  /** A fresh token with its key. */
  public IssuedToken issue() {
    Scratch mine = scratch.get();
    return issued(mine, mine.nextRandom());
  }

  /**
   * A fresh token for the session that has this key now. Of its 256 random bits six go by the
   * partition of the session.
   */
  public IssuedToken issueFor(SessionKey session) {
    Scratch mine = scratch.get();
    byte[] random = mine.nextRandom();
    // One draw of 64 is in the partition.
    while (mine.partitionOf(random) != session.partition()) {
      random = mine.nextRandom();
    }
    return issued(mine, random);
  }

  private IssuedToken issued(Scratch mine, byte[] random) {
    return new IssuedToken(mine.signed(keys, ENCODER.encode(random)), mine.keyOf(random));
  }

  /**
   * A new salt, from which a token can be made now and again. Tells nothing of the token but the
   * partition of its session.
   */
  public String newSalt(int partition) {
    Scratch mine = scratch.get();
    String salt;
    do {
      salt = new String(ENCODER.encode(mine.nextRandom()), StandardCharsets.US_ASCII);
    } while (mine.partitionOf(randomOf(salt, 0)) != partition);
    return salt;
  }

  /** The token of a salt under the ring's first key, with its key. */
  public IssuedToken issue(String salt) {
    return derived(salt, 0);
  }

  /** The same once more, for a session that was begun with it; empty if its key left the ring. */
  public Optional<IssuedToken> issueAgain(String salt, SessionKey session) {
    return IntStream.range(0, derivation.count())
        .mapToObj(place -> derived(salt, place))
        .filter(issued -> issued.key().equals(session))
        .findFirst();
  }

  private IssuedToken derived(String salt, int place) {
    return issued(scratch.get(), randomOf(salt, place));
  }

  private byte[] randomOf(String salt, int place) {
    return derivation.sign(place, salt.getBytes(StandardCharsets.US_ASCII));
  }

  /** What this text is, or null if no key of the ring signed it. */
  @SuppressWarnings(
      "deprecation") // getBytes by low bytes: every character was checked to be one byte.
  public @Nullable VerifiedToken verify(String text) {
    if (text.length() != TOKEN_CHARS || text.charAt(PART_CHARS) != '.' || !isBase64Url(text)) {
      return null;
    }
    Scratch mine = scratch.get();
    text.getBytes(0, PART_CHARS, mine.message, 0);
    text.getBytes(PART_CHARS + 1, TOKEN_CHARS, mine.signature, 0);
    DECODER.decode(mine.signature, mine.mac);
    int place = keys.verify(mine.message, PART_CHARS, mine.mac);
    // One text for each signature: the spare bits of the last character must be what the encoder
    // writes.
    if (place == PurposeKeys.NO_KEY || !Base64Url.mayEndDigest(text.charAt(TOKEN_CHARS - 1))) {
      return null;
    }
    DECODER.decode(mine.message, mine.random);
    return new VerifiedToken(new SessionToken(text), mine.keyOf(mine.random), place == 0);
  }

  /** The same session's token under the ring's first key. */
  @SuppressWarnings("deprecation")
  public SessionToken resign(SessionToken token) {
    byte[] random = new byte[PART_CHARS];
    token.value().getBytes(0, PART_CHARS, random, 0);
    return scratch.get().signed(keys, random);
  }

  private static boolean isBase64Url(String text) {
    for (int i = 0; i < TOKEN_CHARS; i++) {
      char c = text.charAt(i);
      if (Base64Url.bits(c) < 0 && i != PART_CHARS) {
        return false;
      }
    }
    return true;
  }

  /**
   * A new token and the key of its session.
   *
   * @param token goes to the client alone
   * @param key goes to the store
   */
  public record IssuedToken(SessionToken token, SessionKey key) {}

  /**
   * A token that verified. Proves that this deployment issued it, not that its session lives.
   *
   * @param token as it came
   * @param key of its session
   * @param byFirstKey false if an older key of the ring signed it
   */
  public record VerifiedToken(SessionToken token, SessionKey key, boolean byFirstKey) {}

  /** One thread's buffers and block of random bytes. */
  private static final class Scratch {
    private final SecureRandom source;
    private final byte[] block = new byte[BLOCK_BYTES];
    private int used = BLOCK_BYTES;
    private final MessageDigest sha256 = sha256();
    final byte[] message = new byte[PART_CHARS];
    final byte[] signature = new byte[PART_CHARS];
    final byte[] mac = new byte[PurposeKeys.MAC_BYTES];
    final byte[] random = new byte[RANDOM_BYTES];

    Scratch(SecureRandom source) {
      this.source = source;
    }

    byte[] nextRandom() {
      if (used == BLOCK_BYTES) {
        source.nextBytes(block);
        used = 0;
      }
      System.arraycopy(block, used, random, 0, RANDOM_BYTES);
      // What was handed out must not be read from the block later.
      Arrays.fill(block, used, used + RANDOM_BYTES, (byte) 0);
      used += RANDOM_BYTES;
      return random;
    }

    @SuppressWarnings("deprecation") // String by low bytes: base64url is one byte a character.
    SessionToken signed(PurposeKeys keys, byte[] randomPart) {
      keys.sign(randomPart, PART_CHARS, mac);
      byte[] text = new byte[TOKEN_CHARS];
      System.arraycopy(randomPart, 0, text, 0, PART_CHARS);
      text[PART_CHARS] = '.';
      ENCODER.encode(mac, signature);
      System.arraycopy(signature, 0, text, PART_CHARS + 1, PART_CHARS);
      return new SessionToken(new String(text, 0));
    }

    SessionKey keyOf(byte[] randomBytes) {
      return new SessionKey(sha256.digest(randomBytes));
    }

    /** The partition of the session that has this key: its first character has six bits. */
    int partitionOf(byte[] randomBytes) {
      return (sha256.digest(randomBytes)[0] & 0xFF) >> 2;
    }

    private static MessageDigest sha256() {
      try {
        return MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java platform has SHA-256", e);
      }
    }
  }
}
