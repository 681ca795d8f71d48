package bench;

import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.Session;
import io.vertx.ext.web.handler.SessionHandler;
import io.vertx.ext.web.sstore.LocalSessionStore;
import io.vertx.ext.web.sstore.SessionStore;
import io.vertx.ext.web.sstore.redis.RedisSessionStore;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisOptions;

/** The routes on Vert.x Web's own session handler and stores. */
public final class Web extends AbstractVerticle {
  private final int port;
  private final SessionStore store;

  private Web(int port, SessionStore store) {
    this.port = port;
    this.store = store;
  }

  /**
   * @param arguments the port, and the URL of a Redis if sessions go there
   */
  public static void main(String[] arguments) {
    int port = Integer.parseInt(arguments[0]);
    Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    SessionStore store =
        arguments.length > 1 ? redis(vertx, arguments[1]) : LocalSessionStore.create(vertx);
    vertx
        .deployVerticle(
            () -> new Web(port, store),
            new DeploymentOptions().setInstances(Runtime.getRuntime().availableProcessors()))
        .onFailure(Web::fail);
  }

  // With the defaults, 6 connections and a queue of 24, requests beyond them lose their session.
  private static SessionStore redis(Vertx vertx, String url) {
    RedisOptions options =
        new RedisOptions()
            .setConnectionString(url)
            .setMaxPoolSize(64)
            .setMaxPoolWaiting(1_000_000)
            .setMaxWaitingHandlers(1_000_000);
    return RedisSessionStore.create(vertx, Redis.createClient(vertx, options));
  }

  private static void fail(Throwable cause) {
    cause.printStackTrace();
    System.exit(1);
  }

  @Override
  public void start(Promise<Void> started) {
    Router router = Router.router(vertx);
    router.get("/plain").handler(context -> text(context, "hello"));
    router.route().handler(SessionHandler.create(store));
    router.get("/set_session").handler(Web::set);
    router.get("/get_session").handler(Web::get);
    router.get("/update_session").handler(Web::update);
    router.get("/del_session").handler(Web::delete);
    vertx
        .createHttpServer()
        .requestHandler(router)
        .listen(port, "127.0.0.1")
        .<Void>mapEmpty()
        .onComplete(started);
  }

  private static void set(RoutingContext context) {
    Session session = context.session();
    session.put("user_id", Long.valueOf(context.queryParams().get("user_id")));
    session.put("name", context.queryParams().get("name"));
    session.put("text", context.queryParams().get("text"));
    text(context, "set_session");
  }

  private static void get(RoutingContext context) {
    Long user = context.session().get("user_id");
    text(context, "get_session:" + (user == null ? "None" : user));
  }

  private static void update(RoutingContext context) {
    Session session = context.session();
    if (session.get("user_id") == null) {
      context.fail(401);
      return;
    }
    Long counter = session.get("counter");
    long next = counter == null ? 1 : counter + 1;
    session.put("counter", next);
    text(context, "counter:" + next);
  }

  private static void delete(RoutingContext context) {
    context.session().destroy();
    text(context, "del_session");
  }

  private static void text(RoutingContext context, String body) {
    context.response().putHeader("Content-Type", "text/plain; charset=utf-8").end(body);
  }
}
