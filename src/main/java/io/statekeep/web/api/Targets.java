package io.statekeep.web.api;

import io.statekeep.cookie.RequestCookies;
import io.statekeep.session.Session;
import io.statekeep.session.SessionKey;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Finds which session a request is about: by the id in its path, or by the token that it brings.
 */
final class Targets {
  private static final CharSequence TOKEN = HttpHeaders.createOptimized("Session-Token");
  private static final String CURRENT = "current";
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{43}");

  private final Api api;

  Targets(Api api) {
    this.api = api;
  }

  /**
   * The session of the path.
   *
   * @throws io.statekeep.web.ProblemException of 404 if the path has no id
   */
  Target of(RoutingContext context) {
    String ref = context.pathParam("ref");
    if (CURRENT.equals(ref)) {
      return new Target.ByToken(session(context));
    }
    if (ref == null || !ID.matcher(ref).matches()) {
      throw Target.notFound();
    }
    return new Target.ById(api.sessions().store(), new SessionKey(ref));
  }

  /** The session of the token in the header, or else in the cookie. */
  Session session(RoutingContext context) {
    return api.sessions()
        .open(
            isByCookie(context)
                ? RequestCookies.of(context.request().headers().getAll(HttpHeaders.COOKIE))
                    .all(api.cookie().name())
                : List.copyOf(context.request().headers().getAll(TOKEN)));
  }

  /** Whether a token of this request would be in its cookie. */
  boolean isByCookie(RoutingContext context) {
    return !context.request().headers().contains(TOKEN);
  }
}
