package io.statekeep.service;

import io.statekeep.service.config.Config;
import io.statekeep.session.Deadline;
import io.statekeep.session.Sessions;
import io.statekeep.web.LoginRoutes;
import io.statekeep.web.ProblemHandler;
import io.statekeep.web.SessionCookie;
import io.statekeep.web.SessionHandler;
import io.statekeep.web.Throttle;
import io.statekeep.web.TutorialRoutes;
import io.statekeep.web.Users;
import io.statekeep.web.api.Api;
import io.statekeep.web.api.ApiKeys;
import io.statekeep.web.api.AwaitedContract;
import io.statekeep.web.api.Contract;
import io.statekeep.web.api.EventFeed;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/** What the public listener serves. */
final class PublicRoutes {
  private static final int LOGIN_TRIES = 10;
  private static final Duration LOGIN_WINDOW = Duration.ofMinutes(1);
  private static final Duration LONGEST_PATIENCE = Duration.ofSeconds(5);
  private static final long HEARTBEAT_MILLIS = 15_000;
  private static final int WRONG_KEYS = 30;
  private static final Duration WRONG_KEYS_WINDOW = Duration.ofMinutes(1);

  private final Config config;
  private final Sessions sessions;
  private final SessionCookie cookie;
  private final Optional<Users> users;
  // One count for all event loops.
  private final Throttle logins;
  // Late answers are ended on their own event loop.
  private final Function<Deadline, Api> api;

  PublicRoutes(
      Vertx vertx,
      Config config,
      Sessions sessions,
      ApiKeys keys,
      EventFeed feed,
      Future<Contract> contract) {
    this.config = config;
    this.sessions = sessions;
    this.cookie =
        new SessionCookie(
            config.cookie().name(),
            config.cookie().attributes(),
            config.cookie().secureByTransport(),
            config.trustedProxies(),
            sessions.clock());
    this.users = config.usersFile().map(file -> new FileUsers(vertx, file, loginPatience(config)));
    this.logins = new Throttle(LOGIN_TRIES, LOGIN_WINDOW, sessions.clock());
    Throttle guesses = new Throttle(WRONG_KEYS, WRONG_KEYS_WINDOW, sessions.clock());
    this.api =
        deadline ->
            new Api(
                sessions,
                cookie,
                keys,
                guesses,
                config.trustedProxies(),
                new AwaitedContract(contract, deadline),
                deadline,
                feed,
                heartbeatMillis(config));
  }

  // Twice before the server would take the connection for idle.
  private static long heartbeatMillis(Config config) {
    return Math.min(HEARTBEAT_MILLIS, config.http().idleTimeout().toMillis() / 3);
  }

  // After the turn comes a call of the store, which has a deadline of its own; and nobody looks at
  // a
  // login form for longer than some seconds.
  private static Duration loginPatience(Config config) {
    Duration timeout = config.store().timeout();
    return timeout.compareTo(LONGEST_PATIENCE) < 0 ? timeout : LONGEST_PATIENCE;
  }

  /** The routes for one event loop. */
  Router router(Vertx vertx) {
    Router router = Router.router(vertx);
    SessionHandler handler =
        new SessionHandler(sessions, cookie, config.store().timeout().toMillis());
    if (config.tutorial()) {
      new TutorialRoutes(handler, sessions.clock()).attach(router);
      new LoginRoutes(handler, users, config.trustedProxies(), logins).attach(router);
    }
    api.apply(new Deadline(config.store().timeout().toMillis())).attach(router);
    new ProblemHandler().attach(router);
    return router;
  }
}
