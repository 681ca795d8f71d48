package io.statekeep.web.api;

import io.statekeep.session.CookieChange;
import io.statekeep.session.Session;
import io.statekeep.session.SessionRecord;
import io.statekeep.web.Methods;
import io.statekeep.web.Problem;
import io.statekeep.web.QueryParameters;
import io.statekeep.web.SessionJson;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;

/**
 * Tells a proxy whether a request has a live session, and whose. The identity headers are set in
 * every answer of 200, so that a proxy overwrites what the client sent under these names.
 */
final class VerifyRoute {
  private static final CharSequence ID = HttpHeaders.createOptimized("X-Session-Id");
  private static final CharSequence SUBJECT = HttpHeaders.createOptimized("X-Session-Subject");
  private static final CharSequence EXPIRES = HttpHeaders.createOptimized("X-Session-Expires");
  private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");
  private static final CharSequence ZERO = HttpHeaders.createOptimized("0");
  private static final Problem DENIED = Problem.of(401, "There is no live session.");
  private static final Problem ANONYMOUS = Problem.of(401, "The session has no subject.");

  private final Api api;
  private final Targets targets;

  VerifyRoute(Api api) {
    this.api = api;
    this.targets = new Targets(api);
  }

  void attach(Router router) {
    router.route("/v1/verify").handler(Methods.READ).handler(this::verify);
  }

  private void verify(RoutingContext context) {
    boolean subjectRequired = isSubjectRequired(context);
    Session session = targets.session(context);
    Future<CookieChange> decided =
        session
            .record()
            .compose(
                found -> {
                  SessionRecord record = found.orElse(null);
                  if (record == null) {
                    throw DENIED.exception();
                  }
                  if (subjectRequired && record.subject() == null) {
                    throw ANONYMOUS.exception();
                  }
                  return session.commit();
                });
    api.deadline()
        .limit(context.vertx(), decided)
        .onSuccess(
            change -> {
              if (targets.isByCookie(context)) {
                api.cookie().write(context, change);
              }
              session.record().result().ifPresent(record -> allow(context, record));
            })
        .onFailure(context::fail);
  }

  private static boolean isSubjectRequired(RoutingContext context) {
    // Most requests have no query: nothing is decoded for them.
    if (context.request().query() == null) {
      return false;
    }
    List<String> required = QueryParameters.of(context).all("require");
    if (required.isEmpty() || required.equals(List.of("subject"))) {
      return !required.isEmpty();
    }
    throw Problem.of(400, "The parameter require is the word subject.").exception();
  }

  private static void allow(RoutingContext context, SessionRecord record) {
    HttpServerResponse response = context.response();
    if (response.ended() || response.closed()) {
      return;
    }
    String subject = record.subject();
    response
        .putHeader(ID, record.key().value())
        .putHeader(SUBJECT, subject == null ? "" : HeaderText.encode(subject))
        .putHeader(EXPIRES, SessionJson.instant(record.lifetime().idleDeadline()))
        .putHeader(HttpHeaders.CACHE_CONTROL, NO_STORE)
        .putHeader(HttpHeaders.CONTENT_LENGTH, ZERO)
        .end();
  }
}
