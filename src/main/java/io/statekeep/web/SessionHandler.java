package io.statekeep.web;

import io.statekeep.session.Deadline;
import io.statekeep.session.Session;
import io.statekeep.session.Sessions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Function;

/**
 * Gives each request its {@link Session} and carries out, before the head of the answer is written,
 * what the request wanted of it. Needs a {@link CookieHandler} in front.
 *
 * <pre>{@code
 * router.route("/count")
 *     .handler(new CookieHandler())
 *     .handler(sessions)
 *     .handler(sessions.reply(session -> session.increment("count", 1).map(n -> Reply.text("" + n))));
 * }</pre>
 */
public final class SessionHandler implements Handler<RoutingContext> {
  private static final String KEY = SessionHandler.class.getName();
  private static final CharSequence NO_STORE = HttpHeaders.createOptimized("no-store");

  private final Sessions sessions;
  private final SessionCookie cookie;
  private final Deadline deadline;

  /**
   * @param sessions opens them
   * @param cookie carries their tokens
   * @param timeoutMillis how long an answer may take before it is 503, in milliseconds
   */
  public SessionHandler(Sessions sessions, SessionCookie cookie, long timeoutMillis) {
    this.sessions = sessions;
    this.cookie = cookie;
    this.deadline = new Deadline(timeoutMillis);
  }

  @Override
  public void handle(RoutingContext context) {
    context.put(KEY, sessions.open(CookieHandler.cookies(context).all(cookie.name())));
    context.next();
  }

  /**
   * The request's session.
   *
   * @throws IllegalStateException if this handler is not in front of the route
   */
  public static Session session(RoutingContext context) {
    Session session = context.get(KEY);
    if (session == null) {
      throw new IllegalStateException("no SessionHandler in front of this route");
    }
    return session;
  }

  /** A handler whose answer is sent when the store has acknowledged what its session wanted. */
  public Handler<RoutingContext> reply(Function<Session, Future<Reply>> answer) {
    return context -> send(context, answer.apply(session(context)));
  }

  /**
   * Sends the answer when the store has acknowledged what the session wanted. An answer of 500 or
   * above, or a failure, leaves the session as it was.
   */
  public void send(RoutingContext context, Future<Reply> answer) {
    Session session = session(context);
    Future<Reply> committed =
        answer.compose(
            reply ->
                reply.status() >= 500
                    ? Future.succeededFuture(reply)
                    : commit(context, session, reply));
    deadline
        .limit(context.vertx(), committed)
        .onComplete(
            reply -> {
              if (session.isUsed()) {
                context.response().putHeader(HttpHeaders.CACHE_CONTROL, NO_STORE);
              }
              if (reply.succeeded()) {
                reply.result().send(context);
              } else {
                context.fail(reply.cause());
              }
            });
  }

  private Future<Reply> commit(RoutingContext context, Session session, Reply reply) {
    return session
        .commit()
        .map(
            change -> {
              if (!context.response().headWritten()) {
                cookie.write(context, change);
              }
              return reply;
            });
  }
}
