package io.statekeep.web.api;

import io.statekeep.web.Methods;
import io.statekeep.web.Problem;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.regex.Pattern;

/** What happens to sessions, as server-sent events. */
final class EventRoute {
  private static final String EVENTS = "/v1/events";
  private static final Pattern CURSOR = Pattern.compile("[\\x21-\\x7E]{1,768}");

  private final Api api;

  EventRoute(Api api) {
    this.api = api;
  }

  void attach(Router router) {
    router.route(EVENTS).handler(Methods.GET).handler(api.key(false)).handler(this::follow);
  }

  private void follow(RoutingContext context) {
    String last = context.request().getHeader("Last-Event-ID");
    if (last != null && !last.isEmpty() && !CURSOR.matcher(last).matches()) {
      throw Problem.of(400, "Last-Event-ID is not the id of an event.").exception();
    }
    EventFeed feed = api.feed();
    EventReader reader = new EventReader(context.vertx(), context.response(), feed);
    // Nothing is promised before the store has answered once.
    Future<Runnable> begun =
        last == null || last.isEmpty()
            ? feed.join(reader).map(v -> reader::goLive)
            : feed.store().events(last, EventFeed.PAGE).map(page -> () -> reader.goOn(page, false));
    begun
        .onSuccess(
            next ->
                context.vertx().getOrCreateContext().runOnContext(v -> open(context, reader, next)))
        .onFailure(context::fail);
  }

  private void open(RoutingContext context, EventReader reader, Runnable next) {
    HttpServerResponse response = context.response();
    if (response.closed() || response.ended()) {
      return;
    }
    response
        .putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        // A proxy that collects answers would hold back every event.
        .putHeader("X-Accel-Buffering", "no");
    reader.open(api.heartbeatMillis());
    next.run();
  }
}
