package io.statekeep.web.api;

import io.statekeep.session.CookieChange;
import io.statekeep.session.ExpiryChange;
import io.statekeep.session.JsonText;
import io.statekeep.session.SaveOutcome;
import io.statekeep.session.Session;
import io.statekeep.session.SessionDelta;
import io.statekeep.session.SessionRecord;
import io.statekeep.session.SessionRefusedException;
import io.statekeep.web.Methods;
import io.statekeep.web.Reply;
import io.statekeep.web.SessionJson;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;

/** One session: read, change, count, rotate, end. */
final class SessionRoutes {
  private static final String ONE = "/v1/sessions/:ref";
  private static final String INCREMENT = "/v1/sessions/:ref/increment";
  private static final String ROTATE = "/v1/sessions/current/rotate";
  private static final String MERGE_PATCH = "application/merge-patch+json";

  private final Api api;
  private final Targets targets;

  SessionRoutes(Api api) {
    this.api = api;
    this.targets = new Targets(api);
  }

  void attach(Router router) {
    router.route(ROTATE).handler(Methods.POST);
    api.writing(router, HttpMethod.POST, ROTATE).handler(api.answering(this::rotate));
    router.route(INCREMENT).handler(Methods.POST);
    api.writing(router, HttpMethod.POST, INCREMENT).handler(api.answering(this::increment));
    router
        .route(ONE)
        .handler(new Methods(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.PATCH, HttpMethod.DELETE));
    api.reading(router, ONE).handler(api.answering(this::read));
    api.writing(router, HttpMethod.PATCH, ONE, MERGE_PATCH).handler(api.answering(this::patch));
    router.delete(ONE).handler(api.key(true)).handler(api.answering(this::end));
  }

  private Future<Reply> read(RoutingContext context) {
    Target target = targets.of(context);
    return target.read().compose(record -> answer(context, target, record));
  }

  private Future<Reply> patch(RoutingContext context) {
    BodyReader body = BodyReader.of(context, api.contract().get(), "patchSession");
    SessionDelta.Builder changes = SessionDelta.builder();
    body.attributes(
        (name, json) -> {
          if (json == null) {
            changes.remove(name);
          } else {
            changes.put(name, json);
          }
        });
    Long idle = body.millis("idle_timeout");
    if (idle != null) {
      changes.expiry(ExpiryChange.idle(Duration.ofMillis(idle)));
    }
    Target target = targets.of(context);
    return save(context, target, changes).compose(record -> answer(context, target, record));
  }

  private Future<Reply> increment(RoutingContext context) {
    BodyReader body = BodyReader.of(context, api.contract().get(), "incrementAttribute");
    String name = body.text("name");
    SessionDelta.Builder changes = SessionDelta.builder().increment(name, body.whole("by", 1));
    Target target = targets.of(context);
    return save(context, target, changes)
        .compose(
            record -> {
              JsonObject sum =
                  new JsonObject()
                      .put("name", name)
                      .put("value", record.attributes().value(name).orElse(null));
              return cookie(context, target).map(Reply.json(200, JsonText.write(sum)));
            });
  }

  private static Future<SessionRecord> save(
      RoutingContext context, Target target, SessionDelta.Builder changes) {
    IfMatch condition = IfMatch.of(context);
    if (condition.any()) {
      return target.save(changes);
    }
    List<Long> versions = condition.versions();
    if (versions.size() == 1) {
      return target.save(changes.ifVersion(versions.get(0)));
    }
    // A save holds to one version: of several, the one that is there now.
    return target
        .look()
        .compose(
            record ->
                versions.contains(record.version())
                    ? target.save(changes.ifVersion(record.version()))
                    : Future.failedFuture(new SessionRefusedException(SaveOutcome.CONFLICT)));
  }

  private Future<Reply> rotate(RoutingContext context) {
    Rotate wanted = Rotate.of(BodyReader.of(context, api.contract().get(), "rotateSession"));
    Session session = targets.session(context);
    Target.ByToken target = new Target.ByToken(session);
    Future<SessionRecord> rotated =
        wanted.dependsOnSubject()
            ? target.look().map(wanted::on).compose(target::rotate)
            : target.rotate(wanted);
    return rotated.compose(
        record -> session.commit().map(change -> renewed(context, record, change)));
  }

  private Reply renewed(RoutingContext context, SessionRecord record, CookieChange change) {
    if (!(change instanceof CookieChange.Keep keep)) {
      throw new IllegalStateException("a rotation without a token");
    }
    if (targets.isByCookie(context)) {
      api.cookie().write(context, change);
    }
    context.response().putHeader("ETag", IfMatch.tag(record.version()));
    String line = api.cookie().line(context, keep);
    return Reply.json(200, SessionJson.withToken(record, keep.token().value(), line));
  }

  private Future<Reply> end(RoutingContext context) {
    Target target = targets.of(context);
    return target
        .end()
        .map(
            ended -> {
              if (target instanceof Target.ByToken && targets.isByCookie(context)) {
                api.cookie().write(context, CookieChange.CLEAR);
              }
              return Reply.noContent();
            });
  }

  private Future<Reply> answer(RoutingContext context, Target target, SessionRecord record) {
    context.response().putHeader("ETag", IfMatch.tag(record.version()));
    return cookie(context, target).map(Reply.json(200, SessionJson.of(record)));
  }

  /** Sends the cookie again where one brought the token and a write has renewed it. */
  private Future<Void> cookie(RoutingContext context, Target target) {
    if (!(target instanceof Target.ByToken current) || !targets.isByCookie(context)) {
      return Future.succeededFuture();
    }
    return current
        .session()
        .commit()
        .map(
            change -> {
              api.cookie().write(context, change);
              return null;
            });
  }
}
