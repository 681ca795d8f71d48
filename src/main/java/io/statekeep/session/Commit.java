package io.statekeep.session;

import io.statekeep.session.SessionTokens.IssuedToken;
import io.statekeep.session.SessionTokens.VerifiedToken;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/** Carries out what a request wants of its session: the one place that writes. */
final class Commit {
  private final Sessions sessions;
  private final Claim claim;
  private final Intent intent;

  Commit(Sessions sessions, Claim claim, Intent intent) {
    this.sessions = sessions;
    this.claim = claim;
    this.intent = intent;
  }

  /** Writes, and says after the store's acknowledgement what the client must hear. */
  Future<CookieChange> run() {
    if (intent.flushed()) {
      return end()
          .compose(ended -> create().map(begun -> begun == CookieChange.NONE ? ended : begun));
    }
    if (intent.subject() != null) {
      return claim.record().compose(record -> login(record.orElse(null)));
    }
    if (intent.cycled()) {
      return claim.record().compose(record -> record.isEmpty() ? create() : rotate());
    }
    SessionDelta delta = intent.delta();
    return delta.isTouchOnly() ? touchIfDue() : change(delta);
  }

  /** Saves at once, outside the request's other changes. */
  Future<SaveOutcome> save(SessionDelta delta) {
    return claim
        .token()
        .compose(
            token ->
                token.isEmpty()
                    ? Future.succeededFuture(SaveOutcome.GONE)
                    : sessions.store().save(token.get().key(), claim.informed(delta)));
  }

  /** Gives the session a new key at once, outside the request's other changes. */
  Future<Rotated> rotate(@Nullable String subject, long graceMillis) {
    return claim
        .token()
        .compose(
            old -> {
              if (old.isEmpty()) {
                return Future.failedFuture(new SessionRefusedException(SaveOutcome.GONE));
              }
              IssuedToken fresh = sessions.tokens().issueFor(old.get().key());
              Rotation rotation = new Rotation(old.get().key(), fresh.key(), subject, graceMillis);
              return sessions
                  .store()
                  .rotate(rotation, claim.informed(SessionDelta.TOUCH))
                  .compose(outcome -> rotated(outcome, fresh.token()));
            });
  }

  private Future<Rotated> rotated(SaveOutcome outcome, SessionToken token) {
    if (!(outcome instanceof SaveOutcome.Saved saved)) {
      return Future.failedFuture(new SessionRefusedException(outcome));
    }
    claim.saved(saved.record());
    return Future.succeededFuture(new Rotated(saved.record(), keep(token, saved.record())));
  }

  /** A session under its new key. */
  record Rotated(SessionRecord record, CookieChange cookie) {}

  /** Ends the session outside the request's other changes. */
  Future<Void> endNow(EndReason reason) {
    return claim
        .record()
        .compose(
            record ->
                // Whoever may only read within a rotation's grace is not told that it has ended.
                record.isPresent() && !claim.ownsRecord()
                    ? Future.failedFuture(new SessionRefusedException(SaveOutcome.GONE))
                    : delete(reason));
  }

  private Future<CookieChange> end() {
    return claim.candidates().isEmpty()
        ? Future.succeededFuture(CookieChange.NONE)
        : delete(EndReason.LOGOUT).map(ended -> CookieChange.CLEAR);
  }

  private Future<Void> delete(EndReason reason) {
    return Future.join(
            claim.candidates().stream()
                .map(token -> sessions.store().delete(token.key(), reason))
                .toList())
        .mapEmpty();
  }

  private Future<CookieChange> login(@Nullable SessionRecord current) {
    if (current == null) {
      return create();
    }
    boolean anonymousOrMine =
        current.subject() == null || current.subject().equals(intent.subject());
    return anonymousOrMine ? rotate() : end().compose(ended -> create());
  }

  private Future<CookieChange> rotate() {
    return claim.token().compose(old -> old.isEmpty() ? create() : rotate(old.get()));
  }

  private Future<CookieChange> rotate(VerifiedToken old) {
    IssuedToken fresh = sessions.tokens().issueFor(old.key());
    Rotation rotation = new Rotation(old.key(), fresh.key(), intent.subject(), 0);
    return sessions
        .store()
        .rotate(rotation, claim.informed(intent.delta()))
        .compose(
            outcome -> {
              // A login is good, whatever became of the session before it.
              boolean beginAnew = outcome instanceof SaveOutcome.Gone && intent.subject() != null;
              return beginAnew ? create() : saved(outcome, record -> keep(fresh.token(), record));
            });
  }

  private Future<CookieChange> change(SessionDelta delta) {
    if (claim.isKnownDead()) {
      return create();
    }
    return save(delta)
        .compose(
            outcome ->
                outcome instanceof SaveOutcome.Gone
                    ? beginAnew(outcome)
                    : saved(outcome, this::renew));
  }

  /**
   * What this request never saw alive had ended before: it has no session yet. What it saw alive
   * somebody has ended since, and that must stay so.
   */
  private Future<CookieChange> beginAnew(SaveOutcome gone) {
    // A request that has not looked looks now. Within a rotation's grace it has a session that it
    // may only read: another one, begun in its place, would take the client's fresh token from it.
    return claim.record().compose(record -> record.isEmpty() ? create() : saved(gone, this::renew));
  }

  private Future<CookieChange> touchIfDue() {
    SessionRecord seen = claim.seen();
    if (seen != null && claim.touched()) {
      return Future.succeededFuture(renew(seen));
    }
    if (seen == null
        || !claim.ownsRecord()
        || !seen.lifetime().touchDue(sessions.policy(), sessions.clock().millis())) {
      return Future.succeededFuture(CookieChange.NONE);
    }
    return save(SessionDelta.TOUCH)
        .map(
            outcome ->
                // If it has ended meanwhile, what was read was read while it lived.
                outcome instanceof SaveOutcome.Saved saved && saved.written()
                    ? touched(saved.record())
                    : CookieChange.NONE);
  }

  private CookieChange touched(SessionRecord record) {
    claim.saved(record);
    return renew(record);
  }

  private Future<CookieChange> create() {
    Attributes attributes = intent.attributes();
    if (attributes.isEmpty() && intent.subject() == null) {
      return Future.succeededFuture(CookieChange.NONE);
    }
    SessionPolicy policy = sessions.policy();
    if (!policy.allows(attributes)) {
      return Future.failedFuture(new SessionRefusedException(SaveOutcome.TOO_LARGE));
    }
    long now = sessions.clock().millis();
    ExpiryChange expiry = intent.expiry();
    Lifetime life = Lifetime.begin(policy, now);
    life = expiry == null ? life : life.changed(expiry, policy, now);
    IssuedToken fresh = sessions.tokens().issue();
    SessionRecord record = new SessionRecord(fresh.key(), intent.subject(), attributes, life, 1);
    return sessions
        .store()
        .create(Creation.of(record))
        .compose(
            outcome -> {
              if (outcome instanceof CreateOutcome.Created) {
                sessions.watch().alive(record);
                return Future.succeededFuture(keep(fresh.token(), record));
              }
              return Future.failedFuture(
                  outcome instanceof CreateOutcome.AtLimit
                      ? new SessionRefusedException(SaveOutcome.AT_LIMIT)
                      : new SessionStoreException("a new key was taken", null));
            });
  }

  private interface Outcome {
    CookieChange cookie(SessionRecord record);
  }

  private Future<CookieChange> saved(SaveOutcome outcome, Outcome then) {
    if (!(outcome instanceof SaveOutcome.Saved saved)) {
      return Future.failedFuture(new SessionRefusedException(outcome));
    }
    claim.saved(saved.record());
    return Future.succeededFuture(then.cookie(saved.record()));
  }

  /** The cookie after a save under the token that the client has. */
  CookieChange renew(SessionRecord record) {
    VerifiedToken token = claim.token().result().orElse(null);
    // A cookie that ends with the browser session holds without being sent again.
    boolean needless =
        token == null
            || (!record.lifetime().persistent() && token.byFirstKey() && intent.expiry() == null);
    if (token == null || needless) {
      return CookieChange.NONE;
    }
    // Signed anew if an older key of the ring had signed it, so that the old key can go.
    SessionToken text =
        token.byFirstKey() ? token.token() : sessions.tokens().resign(token.token());
    return keep(text, record);
  }

  private CookieChange keep(SessionToken token, SessionRecord record) {
    return CookieChange.Keep.of(token, record.lifetime(), sessions.clock().millis());
  }
}
