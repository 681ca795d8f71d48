package io.statekeep.session;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The name under which stores keep a session: the digest of its token, never the token. What
 * stores, caches and channels hold; it cannot be used to speak for the session. Thread-safe.
 *
 * <p>Kept as the digest's bits, which take less memory than their text and are quick to compare.
 */
public final class SessionKey {
  /** How many partitions there are. */
  public static final int PARTITIONS = 64;

  private static final int TEXT_CHARS = 43;
  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
  private static final Base64.Decoder DECODER = Base64.getUrlDecoder();
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final long first;
  private final long second;
  private final long third;
  private final long fourth;
  // Made when it is asked for. A text that is no digest's is always here: somebody may have written
  // anything into a store by hand. All its bits but those of its hash are 0.
  private @Nullable String text;

  /**
   * @param value base64url of SHA-256 of the token's random bytes, 43 characters
   */
  public SessionKey(String value) {
    byte[] digest = digest(value);
    text = value;
    first = digest == null ? value.hashCode() : (long) LONGS.get(digest, 0);
    second = digest == null ? 0 : (long) LONGS.get(digest, 8);
    third = digest == null ? 0 : (long) LONGS.get(digest, 16);
    fourth = digest == null ? 0 : (long) LONGS.get(digest, 24);
    // Whoever gets to see the key, however, must see the text.
    VarHandle.releaseFence();
  }

  /**
   * @param sha256 of the token's random bytes; not kept
   */
  SessionKey(byte[] sha256) {
    first = (long) LONGS.get(sha256, 0);
    second = (long) LONGS.get(sha256, 8);
    third = (long) LONGS.get(sha256, 16);
    fourth = (long) LONGS.get(sha256, 24);
  }

  private SessionKey(SessionKey other) {
    first = other.first;
    second = other.second;
    third = other.third;
    fourth = other.fourth;
  }

  private static byte @Nullable [] digest(String value) {
    if (value.length() != TEXT_CHARS || !Base64Url.mayEndDigest(value.charAt(TEXT_CHARS - 1))) {
      return null;
    }
    try {
      return DECODER.decode(value);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** The key's text. */
  public String value() {
    String known = text;
    if (known == null) {
      byte[] digest = new byte[4 * Long.BYTES];
      LONGS.set(digest, 0, first);
      LONGS.set(digest, 8, second);
      LONGS.set(digest, 16, third);
      LONGS.set(digest, 24, fourth);
      known = ENCODER.encodeToString(digest);
      text = known;
    }
    return known;
  }

  /**
   * A copy without its text, which it has only as long as nobody asks it: for those who keep many.
   */
  SessionKey copy() {
    return isForeign() ? this : new SessionKey(this);
  }

  private boolean isForeign() {
    return (second | third | fourth) == 0;
  }

  /**
   * The part of all sessions that this one is in, 0 to 63: what its first character stands for in
   * base64url. A store on several servers keeps each partition on one, and a session never leaves
   * its own.
   */
  public int partition() {
    return isForeign() ? partitionOf(value()) : (int) (first >>> 58);
  }

  /** The partition of any text: 0 if it does not begin as base64url does. */
  public static int partitionOf(String text) {
    return text.isEmpty() ? 0 : Math.max(0, Base64Url.bits(text.charAt(0)));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SessionKey key
        && first == key.first
        && second == key.second
        && third == key.third
        && fourth == key.fourth
        && (!isForeign() || value().equals(key.value()));
  }

  @Override
  public int hashCode() {
    return (int) first;
  }

  @Override
  public String toString() {
    String value = value();
    return "SessionKey[" + value.substring(0, Math.min(6, value.length())) + "...]";
  }
}
