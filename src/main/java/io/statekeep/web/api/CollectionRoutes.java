package io.statekeep.web.api;

import io.statekeep.session.JsonText;
import io.statekeep.session.Page;
import io.statekeep.session.Query;
import io.statekeep.session.SessionKey;
import io.statekeep.session.Subjects;
import io.statekeep.web.Methods;
import io.statekeep.web.Problem;
import io.statekeep.web.Reply;
import io.statekeep.web.SessionJson;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** All sessions, or those of a subject: begin one, list them, end them. */
final class CollectionRoutes {
  private static final String ALL = "/v1/sessions";
  private static final int PAGE = 50;

  private final Api api;
  private final Creations creations;

  CollectionRoutes(Api api) {
    this.api = api;
    this.creations = new Creations(api);
  }

  void attach(Router router) {
    router
        .route(ALL)
        .handler(new Methods(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.POST, HttpMethod.DELETE));
    api.writing(router, HttpMethod.POST, ALL).handler(api.answering(creations::create));
    api.reading(router, ALL).handler(api.contract()).handler(api.answering(this::list));
    router
        .delete(ALL)
        .handler(api.key(true))
        .handler(api.contract())
        .handler(api.answering(this::revoke));
  }

  private Future<Reply> list(RoutingContext context) {
    QueryReader query = QueryReader.of(context, api.contract().get(), "listSessions");
    String cursor = query.text("cursor");
    return api.sessions()
        .store()
        .list(
            new Query(
                subject(query),
                query.number("limit", PAGE, Query.MAX_LIMIT),
                cursor == null ? null : Cursors.read(cursor)))
        .map(page -> Reply.json(200, json(page)));
  }

  private static String json(Page page) {
    String sessions =
        page.sessions().stream().map(SessionJson::of).collect(Collectors.joining(",", "[", "]"));
    String next = JsonText.write(new JsonObject().put("next", Cursors.write(page.next())));
    return "{\"sessions\":" + sessions + "," + next.substring(1);
  }

  private Future<Reply> revoke(RoutingContext context) {
    QueryReader query = QueryReader.of(context, api.contract().get(), "revokeSessions");
    Optional<SessionKey> except = Optional.ofNullable(query.text("except")).map(SessionKey::new);
    return api.sessions()
        .store()
        .deleteBySubject(String.valueOf(subject(query)), except)
        .map(
            ended ->
                Reply.json(200, JsonText.write(new JsonObject().put("revoked", ended.size()))));
  }

  private static @Nullable String subject(QueryReader query) {
    String subject = query.text("subject");
    if (subject != null && !Subjects.isValid(subject)) {
      throw Problem.of(400, "The subject is not 1 to 255 characters of valid Unicode.").exception();
    }
    return subject;
  }
}
