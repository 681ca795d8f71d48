package io.statekeep.web.api;

import io.statekeep.session.Attributes;
import io.statekeep.session.CookieChange;
import io.statekeep.session.CreateOutcome;
import io.statekeep.session.Creation;
import io.statekeep.session.Lifetime;
import io.statekeep.session.Repeat;
import io.statekeep.session.SaveOutcome;
import io.statekeep.session.SessionPolicy;
import io.statekeep.session.SessionRecord;
import io.statekeep.session.SessionRefusedException;
import io.statekeep.session.SessionStoreException;
import io.statekeep.session.SessionTokens;
import io.statekeep.session.SessionTokens.IssuedToken;
import io.statekeep.web.Problem;
import io.statekeep.web.Reply;
import io.statekeep.web.SessionJson;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Begins sessions, each once, however often its request is repeated. */
final class Creations {
  private final Api api;

  Creations(Api api) {
    this.api = api;
  }

  Future<Reply> create(RoutingContext context) {
    BodyReader body = BodyReader.of(context, api.contract().get(), "createSession");
    Optional<IdempotencyKey> key = IdempotencyKey.of(context);
    SessionTokens tokens = api.sessions().tokens();
    // The token of a request that may be repeated is not drawn but derived: nobody has to keep it.
    String salt = key.map(k -> tokens.newSalt(k.partition())).orElse("");
    IssuedToken fresh = key.isEmpty() ? tokens.issue() : tokens.issue(salt);
    SessionRecord record = record(body, fresh);
    Repeat repeat =
        key.map(k -> k.repeat(body.fingerprint(), salt, record.lifetime().createdAt()))
            .orElse(null);
    return api.sessions()
        .store()
        .create(new Creation(record, repeat))
        .compose(outcome -> answer(context, outcome, new Begun(record, fresh), repeat));
  }

  /** A session with its token. */
  private record Begun(SessionRecord record, IssuedToken token) {}

  private Future<Reply> answer(
      RoutingContext context, CreateOutcome outcome, Begun begun, @Nullable Repeat repeat) {
    if (outcome instanceof CreateOutcome.Repeated repeated && repeat != null) {
      return again(repeated, repeat).map(earlier -> reply(context, earlier));
    }
    if (outcome instanceof CreateOutcome.Created) {
      api.sessions().watch().alive(begun.record());
      return Future.succeededFuture(reply(context, begun));
    }
    return Future.failedFuture(
        outcome instanceof CreateOutcome.AtLimit
            ? new SessionRefusedException(SaveOutcome.AT_LIMIT)
            : new SessionStoreException("a new key was taken", null));
  }

  /** What an earlier request with the same key has begun. */
  private Future<Begun> again(CreateOutcome.Repeated repeated, Repeat repeat) {
    if (!repeated.fingerprint().equals(repeat.fingerprint())) {
      throw Problem.of(409, "This Idempotency-Key was used with another body.").exception();
    }
    IssuedToken token =
        api.sessions()
            .tokens()
            .issueAgain(repeated.salt(), repeated.session())
            .orElseThrow(Creations::over);
    return api.sessions()
        .store()
        .load(repeated.session())
        .map(
            found ->
                found
                    // One that has moved to a new token cannot be had by its first any more.
                    .filter(record -> record.key().equals(repeated.session()))
                    .map(record -> new Begun(record, token))
                    .orElseThrow(Creations::over));
  }

  private static RuntimeException over() {
    return Problem.of(409, "The session that was begun with this Idempotency-Key has ended.")
        .exception();
  }

  private SessionRecord record(BodyReader body, IssuedToken fresh) {
    Attributes attributes = body.attributes();
    SessionPolicy policy =
        api.sessions()
            .policy()
            .with(
                body.millis("idle_timeout"),
                body.millis("absolute_timeout"),
                body.flag("persistent"));
    if (!policy.allows(attributes)) {
      throw new SessionRefusedException(SaveOutcome.TOO_LARGE);
    }
    Lifetime life = Lifetime.begin(policy, api.sessions().clock().millis());
    return new SessionRecord(fresh.key(), body.subject(), attributes, life, 1);
  }

  private Reply reply(RoutingContext context, Begun begun) {
    SessionRecord record = begun.record();
    long now = api.sessions().clock().millis();
    CookieChange.Keep keep = CookieChange.Keep.of(begun.token().token(), record.lifetime(), now);
    context
        .response()
        .putHeader("Location", "/v1/sessions/" + record.key().value())
        .putHeader("ETag", IfMatch.tag(record.version()));
    String line = api.cookie().line(context, keep);
    return Reply.json(201, SessionJson.withToken(record, keep.token().value(), line));
  }
}
