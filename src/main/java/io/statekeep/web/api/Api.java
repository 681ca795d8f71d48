package io.statekeep.web.api;

import io.statekeep.session.Deadline;
import io.statekeep.session.Sessions;
import io.statekeep.web.Reply;
import io.statekeep.web.SessionCookie;
import io.statekeep.web.Throttle;
import io.statekeep.web.TrustedProxies;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Function;

/**
 * What the routes of the API share.
 *
 * @param sessions of the deployment
 * @param cookie that browsers keep tokens in
 * @param keys that open the API
 * @param guesses counts the wrong keys of one client, for all event loops
 * @param proxies tell where a client is
 * @param contract says what requests may hold
 * @param deadline of every answer, however many calls of the store it needs
 * @param feed of events, one for the node
 * @param heartbeatMillis silence after which a stream says that it is there
 */
public record Api(
    Sessions sessions,
    SessionCookie cookie,
    ApiKeys keys,
    Throttle guesses,
    TrustedProxies proxies,
    AwaitedContract contract,
    Deadline deadline,
    EventFeed feed,
    long heartbeatMillis) {
  private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");

  /** Adds the routes. */
  public void attach(Router router) {
    router.route("/v1/*").handler(new SecurityHeaders());
    new VerifyRoute(this).attach(router);
    new SessionRoutes(this).attach(router);
    new CollectionRoutes(this).attach(router);
    new EventRoute(this).attach(router);
    new ContractRoutes(contract).attach(router);
  }

  ApiKeyHandler key(boolean writing) {
    return new ApiKeyHandler(keys, guesses, proxies, writing);
  }

  /** A route for {@code GET} and {@code HEAD}, open to every key. */
  Route reading(Router router, String path) {
    return router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD).handler(key(false));
  }

  /** A route with a JSON body, open to keys that may write. */
  Route writing(Router router, HttpMethod method, String path, String... mediaTypes) {
    return router
        .route(method, path)
        .handler(key(true))
        .handler(contract)
        .handler(BodyReader.only(mediaTypes))
        .handler(BodyReader.collecting(sessions.policy().maxBytes()));
  }

  /** A handler that sends what this answers. */
  Handler<RoutingContext> answering(Function<RoutingContext, Future<Reply>> answer) {
    return context ->
        deadline
            .limit(context.vertx(), answer.apply(context))
            .onSuccess(
                reply -> {
                  context.response().putHeader(HttpHeaders.CACHE_CONTROL, NO_STORE);
                  reply.send(context);
                })
            .onFailure(context::fail);
  }
}
