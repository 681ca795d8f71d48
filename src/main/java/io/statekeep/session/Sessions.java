package io.statekeep.session;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * The sessions of a deployment: opens the one that a request speaks for. Thread-safe.
 *
 * @param store keeps them
 * @param tokens issues and verifies what clients hold
 * @param policy limits them
 * @param clock tells when they end
 * @param watch is told of tokens that are turned away
 */
public record Sessions(
    SessionStore store,
    SessionTokens tokens,
    SessionPolicy policy,
    InstantSource clock,
    TokenWatch watch) {

  // Who sends more than two tokens that verify is not a browser that kept an old cookie.
  private static final int MAX_CANDIDATES = 2;

  /** Sessions that nobody watches. */
  public Sessions(
      SessionStore store, SessionTokens tokens, SessionPolicy policy, InstantSource clock) {
    this(store, tokens, policy, clock, TokenWatch.NONE);
  }

  /**
   * Opens the session of a request; asks no store.
   *
   * @param texts the values of all cookies of the session's name. Their order is not trusted:
   *     whoever can plant a cookie can choose its place. Of two that verify, the one whose session
   *     lives is taken; if both live, neither is
   */
  public Session open(List<String> texts) {
    return new Session(this, candidates(texts));
  }

  private List<SessionTokens.VerifiedToken> candidates(List<String> texts) {
    List<SessionTokens.VerifiedToken> candidates = List.of();
    for (String text : texts) {
      SessionTokens.VerifiedToken verified = tokens.verify(text);
      if (verified == null) {
        if (!text.isEmpty()) {
          watch.forged();
        }
        continue;
      }
      if (!candidates.isEmpty() && isAmong(candidates, verified)) {
        continue;
      }
      if (candidates.size() == MAX_CANDIDATES) {
        return List.of();
      }
      if (candidates.isEmpty()) {
        candidates = List.of(verified);
      } else {
        candidates = new ArrayList<>(candidates);
        candidates.add(verified);
      }
    }
    return candidates;
  }

  private static boolean isAmong(
      List<SessionTokens.VerifiedToken> candidates, SessionTokens.VerifiedToken verified) {
    return candidates.stream().anyMatch(candidate -> candidate.key().equals(verified.key()));
  }
}
