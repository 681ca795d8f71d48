package io.statekeep.web.api;

import io.statekeep.web.Problem;
import io.statekeep.web.ProblemHandler;
import io.statekeep.web.Throttle;
import io.statekeep.web.TrustedProxies;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.PlatformHandler;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets requests pass that bring a key: {@code Authorization: Bearer SECRET} (RFC 6750). Cookies
 * open nothing here. Wrong keys are counted by client; a right one passes whatever the count.
 */
final class ApiKeyHandler implements PlatformHandler {
  private static final Logger LOG = LoggerFactory.getLogger(ApiKeyHandler.class);
  private static final String NAME = ApiKeyHandler.class.getName();
  private static final String SCHEME = "Bearer ";
  private static final Map<String, String> CHALLENGE =
      Map.of("WWW-Authenticate", "Bearer realm=\"statekeep\"");
  private static final Problem MISSING =
      new Problem(401, "An API key is required: Authorization: Bearer KEY.", CHALLENGE);
  private static final Problem WRONG = new Problem(401, "The API key is not known.", CHALLENGE);
  private static final Problem READ_ONLY = Problem.of(403, "This API key may only read.");

  private final ApiKeys keys;
  private final Throttle guesses;
  private final TrustedProxies proxies;
  private final boolean writing;

  /**
   * @param guesses counts the wrong keys of one client
   * @param proxies tell where a client is
   * @param writing whether the route is closed to keys that may only read
   */
  ApiKeyHandler(ApiKeys keys, Throttle guesses, TrustedProxies proxies, boolean writing) {
    this.keys = keys;
    this.guesses = guesses;
    this.proxies = proxies;
    this.writing = writing;
  }

  @Override
  public void handle(RoutingContext context) {
    List<String> lines = context.request().headers().getAll(HttpHeaders.AUTHORIZATION);
    String line = lines.size() == 1 ? lines.get(0) : "";
    if (!line.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      ProblemHandler.send(context, MISSING);
      return;
    }
    Optional<ApiKey> key = keys.find(line.substring(SCHEME.length()).strip());
    if (key.isEmpty()) {
      ProblemHandler.send(context, refusal(context));
    } else if (writing && !key.get().writes()) {
      LOG.info("api.forbidden: key {} may only read", key.get().name());
      ProblemHandler.send(context, READ_ONLY);
    } else {
      context.put(NAME, key.get().name());
      context.next();
    }
  }

  private Problem refusal(RoutingContext context) {
    long seconds = guesses.tryAfter(proxies.client(context.request()));
    if (seconds == 0) {
      LOG.info("api.denied: the key is not known");
      return WRONG;
    }
    LOG.debug("api.throttled");
    return Problem.retryAfter(429, "Too many wrong API keys.", seconds);
  }

  /** The name of the request's key. */
  static String keyName(RoutingContext context) {
    String name = context.get(NAME);
    if (name == null) {
      throw new IllegalStateException("no ApiKeyHandler in front of this route");
    }
    return name;
  }
}
