package io.statekeep.service;

import io.statekeep.service.config.Config;
import io.statekeep.session.SessionTokens;
import io.statekeep.signing.KeyRing;
import io.statekeep.web.api.ApiKeys;
import java.io.PrintStream;
import java.security.SecureRandom;
import java.util.Optional;

/** The secrets of a node: given by its configuration, or made by itself where it is alone. */
final class Secrets {
  private static final String SIGNING_KEYS = "signing-keys";
  private static final String API_KEY = "api-key";

  private Secrets() {}

  /** What issues tokens and verifies them. */
  static SessionTokens tokens(Config config) {
    SecureRandom random = new SecureRandom();
    return new SessionTokens(config.signingKeys().orElseGet(() -> ownKeys(config, random)), random);
  }

  // Whoever has its sessions alone has its keys alone: kept beside an embedded database, else gone
  // with the process.
  private static KeyRing ownKeys(Config config, SecureRandom random) {
    return KeyRing.parse(
        directory(config)
            .map(d -> d.secret(SIGNING_KEYS, () -> KeyRing.newKey(random)))
            .orElseGet(() -> KeyRing.newKey(random)));
  }

  /** The keys of the API; a key that is made here is shown once, to whoever starts the node. */
  static ApiKeys apiKeys(Config config) {
    return config
        .apiKeys()
        .or(() -> ownApiKey(config).map(ApiKeys::generated))
        .orElse(ApiKeys.NONE);
  }

  /**
   * The secret of the API key that the node makes itself; empty if it was given others, or none.
   */
  static Optional<String> ownApiKey(Config config) {
    return config.apiKeys().isPresent()
        ? Optional.empty()
        : directory(config).map(directory -> directory.secret(API_KEY, Secrets::shownKey));
  }

  private static String shownKey() {
    String secret = KeyRing.newKey(new SecureRandom());
    // Not to the log, which is kept and passed on.
    PrintStream out = System.out;
    out.println("API key, shown this once: " + secret);
    out.flush();
    return secret;
  }

  private static Optional<DataDirectory> directory(Config config) {
    return Server.isEmbedded(config) ? DataDirectory.of(config.store().jdbc()) : Optional.empty();
  }
}
