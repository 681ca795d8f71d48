package io.statekeep.web;

import io.statekeep.session.Session;
import io.statekeep.session.Subjects;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Login under a new token, and logout. */
public final class LoginRoutes {
  private static final Logger LOG = LoggerFactory.getLogger(LoginRoutes.class);
  private static final int MAX_BODY_BYTES = 16 * 1024;

  private final SessionHandler sessions;
  private final Optional<Users> users;
  private final TrustedProxies proxies;
  private final Throttle throttle;
  private final CookieHandler cookies = new CookieHandler();

  /**
   * @param users none makes {@code /login} answer 404
   * @param proxies tell where a client is
   * @param throttle counts the tries of one name, and those of one client
   */
  public LoginRoutes(
      SessionHandler sessions, Optional<Users> users, TrustedProxies proxies, Throttle throttle) {
    this.sessions = sessions;
    this.users = users;
    this.proxies = proxies;
    this.throttle = throttle;
  }

  /** Adds the routes. */
  public void attach(Router router) {
    users.ifPresent(
        known ->
            router
                .route("/login")
                .handler(Methods.POST)
                .handler(BodyHandler.create(false).setBodyLimit(MAX_BODY_BYTES))
                .handler(cookies)
                .handler(sessions)
                .handler(login(known)));
    router
        .route("/logout")
        .handler(Methods.POST)
        .handler(cookies)
        .handler(sessions)
        .handler(
            sessions.reply(
                session -> {
                  session.flush();
                  return Future.succeededFuture(Reply.noContent());
                }));
  }

  private Handler<RoutingContext> login(Users known) {
    return context -> {
      Credentials credentials = Credentials.of(context);
      throttle("name " + credentials.name());
      throttle("client " + proxies.client(context.request()));
      Session session = SessionHandler.session(context);
      sessions.send(
          context,
          known
              .verify(credentials.name(), credentials.password())
              .map(
                  right -> {
                    if (!right || !Subjects.isValid(credentials.name())) {
                      LOG.info("login.failed");
                      throw Problem.of(401, "The username or the password is wrong.").exception();
                    }
                    LOG.info("login.succeeded");
                    session.login(credentials.name());
                    return Reply.text("login");
                  }));
    };
  }

  private void throttle(String key) {
    long seconds = throttle.tryAfter(key);
    if (seconds > 0) {
      LOG.warn("login.throttled");
      throw Problem.retryAfter(429, "Too many tries.", seconds).exception();
    }
  }
}
