package io.statekeep.web;

import io.statekeep.cookie.CookieAttributes;
import io.statekeep.cookie.CookieText;
import io.statekeep.cookie.SetCookie;
import io.statekeep.session.JsonText;
import io.statekeep.session.Session;
import io.statekeep.session.SessionPolicy;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The flows of the state-keeping note: a cookie, a session, a counter, and a route without state to
 * compare with.
 */
public final class TutorialRoutes {
  private static final String COOKIE = "username";
  private static final long COOKIE_SECONDS = 3600;
  private static final String USER_ID = "user_id";
  private static final long DEFAULT_USER_ID = 6666;
  private static final Pattern LEADING_ZEROS = Pattern.compile("^0+(?=.)");
  // What common readers of JSON take (Jackson's StreamReadConstraints); others shall read it, too.
  private static final int MAX_DIGITS = 1000;
  private static final Reply HELLO = Reply.text("hello");

  private final SessionHandler sessions;
  private final CookieHandler cookies = new CookieHandler();
  private final InstantSource clock;

  /**
   * @param clock for {@code Expires}
   */
  public TutorialRoutes(SessionHandler sessions, InstantSource clock) {
    this.sessions = sessions;
    this.clock = clock;
  }

  /** Adds the routes. */
  public void attach(Router router) {
    router.route("/plain").handler(Methods.READ).handler(HELLO::send);
    withSession(router, "/get_session", Methods.READ, TutorialRoutes::getSession);
    withSession(router, "/update_session", Methods.GET, TutorialRoutes::updateSession);
    route(router, "/set_session", Methods.GET, this::setSession);
    withSession(router, "/del_session", Methods.GET, TutorialRoutes::deleteSession);
    router.route("/set_cookie").handler(Methods.GET).handler(this::setCookie);
    router.route("/get_cookie").handler(Methods.READ).handler(cookies).handler(this::getCookie);
  }

  private void withSession(
      Router router, String path, Methods methods, Function<Session, Future<Reply>> answer) {
    route(router, path, methods, sessions.reply(answer));
  }

  private void route(Router router, String path, Methods methods, Handler<RoutingContext> handler) {
    router.route(path).handler(methods).handler(cookies).handler(sessions).handler(handler);
  }

  private static Future<Reply> getSession(Session session) {
    return session
        .get(USER_ID)
        .map(id -> Reply.text("get_session:" + id.map(Object::toString).orElse("None")));
  }

  private static Future<Reply> updateSession(Session session) {
    return session.increment("counter", 1).map(count -> Reply.text("counter:" + count));
  }

  private static Future<Reply> deleteSession(Session session) {
    session.flush();
    return Future.succeededFuture(Reply.text("del_session"));
  }

  private void setSession(RoutingContext context) {
    Session session = SessionHandler.session(context);
    QueryParameters parameters = QueryParameters.of(context);
    for (String name : parameters.names()) {
      if (name.isEmpty() || name.length() > SessionPolicy.MAX_NAME_CHARS) {
        throw Problem.of(400, "Attribute names are 1 to 128 characters long.").exception();
      }
      session.putJson(name, json(name, last(parameters.all(name))));
    }
    if (!parameters.names().contains(USER_ID)) {
      session.putIfAbsent(USER_ID, DEFAULT_USER_ID);
    }
    sessions.send(context, Future.succeededFuture(Reply.text("set_session")));
  }

  private static String last(List<String> values) {
    return values.get(values.size() - 1);
  }

  private static String json(String name, String value) {
    boolean number =
        name.equals(USER_ID)
            && !value.isEmpty()
            && value.chars().allMatch(c -> c >= '0' && c <= '9');
    return number ? number(value) : JsonText.encode(value);
  }

  private static String number(String digits) {
    String number = LEADING_ZEROS.matcher(digits).replaceFirst("");
    if (number.length() > MAX_DIGITS) {
      throw Problem.of(400, "A user_id that is a number has at most 1000 digits.").exception();
    }
    return number;
  }

  private void getCookie(RoutingContext context) {
    String value = CookieHandler.cookies(context).first(COOKIE);
    String text = value == null ? "None" : CookieText.decode(value);
    sendUncached(context, Reply.text("get_cookie:" + text));
  }

  private void setCookie(RoutingContext context) {
    QueryParameters parameters = QueryParameters.of(context);
    String value = parameters.first(COOKIE);
    if (value == null) {
      throw Problem.of(400, "The parameter username is missing.").exception();
    }
    SetCookie cookie = cookie(CookieText.encode(value), maxAge(parameters.first("max_age")));
    context.response().headers().add(HttpHeaders.SET_COOKIE, cookie.header(clock.millis()));
    sendUncached(context, Reply.text("set_cookie"));
  }

  // What one client's cookie says, or what becomes one, is not to meet another by way of a cache.
  private static void sendUncached(RoutingContext context, Reply reply) {
    context.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    reply.send(context);
  }

  private static SetCookie cookie(String value, @Nullable Long maxAge) {
    try {
      return new SetCookie(COOKIE, value, maxAge, CookieAttributes.PLAIN);
    } catch (IllegalArgumentException e) {
      throw Problem.of(400, "No browser would keep such a cookie: " + e.getMessage() + ".")
          .exception();
    }
  }

  private static @Nullable Long maxAge(@Nullable String text) {
    if (text == null) {
      return COOKIE_SECONDS;
    }
    if (text.equals("session")) {
      return null;
    }
    if (!text.isEmpty() && text.length() < 19 && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return Long.valueOf(text);
    }
    throw Problem.of(400, "The parameter max_age is a number of seconds or the word session.")
        .exception();
  }
}
