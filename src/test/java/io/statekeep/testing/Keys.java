package io.statekeep.testing;

import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionTokens;
import io.statekeep.signing.KeyRing;
import java.security.SecureRandom;

/** Keys as real tokens have them. */
public final class Keys {
  private static final SecureRandom RANDOM = new SecureRandom();

  /** A ring of one key. */
  public static final KeyRing RING = KeyRing.parse(KeyRing.newKey(RANDOM));

  /** Tokens of that ring. */
  public static final SessionTokens TOKENS = new SessionTokens(RING, RANDOM);

  private Keys() {}

  public static SessionKey next() {
    return TOKENS.issue().key();
  }

  /** A new key for a session that has this one. */
  public static SessionKey nextFor(SessionKey session) {
    return TOKENS.issueFor(session).key();
  }
}
