package io.statekeep.web.api;

import io.statekeep.session.Repeat;
import io.statekeep.session.SessionKey;
import io.statekeep.web.Problem;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a client calls one creation by, so that it may ask again when it has heard no answer.
 *
 * @param digest of the key together with the name of the client's API key: no client meets
 *     another's
 */
record IdempotencyKey(String digest) {
  private static final long REMEMBERED_MILLIS = Duration.ofHours(24).toMillis();
  private static final Pattern VISIBLE = Pattern.compile("[\\x21-\\x7E]{1,255}");

  /**
   * The key of a request, if it has one.
   *
   * @throws io.statekeep.web.ProblemException of 400 if it is out of bounds
   */
  static Optional<IdempotencyKey> of(RoutingContext context) {
    List<String> lines = context.request().headers().getAll("Idempotency-Key");
    if (lines.isEmpty()) {
      return Optional.empty();
    }
    if (lines.size() > 1 || !VISIBLE.matcher(lines.get(0)).matches()) {
      throw Problem.of(400, "Idempotency-Key is 1 to 255 visible ASCII characters.").exception();
    }
    String owner = ApiKeyHandler.keyName(context);
    return Optional.of(new IdempotencyKey(Digests.text(owner + "\n" + lines.get(0))));
  }

  /** The partition that the session has to be in. */
  int partition() {
    return SessionKey.partitionOf(digest);
  }

  Repeat repeat(String fingerprint, String salt, long now) {
    return new Repeat(digest, fingerprint, salt, now + REMEMBERED_MILLIS);
  }
}
