package io.statekeep.web;

import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.PlatformHandler;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Refuses, at the head of a route, the methods that it does not know: 405 with {@code Allow}. */
public final class Methods implements PlatformHandler {
  /** Reading, with {@code HEAD} for the head alone (RFC 9110 section 9.3.2). */
  public static final Methods READ = new Methods(HttpMethod.GET, HttpMethod.HEAD);

  /** {@code GET} alone, where it changes something. */
  public static final Methods GET = new Methods(HttpMethod.GET);

  /** {@code POST} alone. */
  public static final Methods POST = new Methods(HttpMethod.POST);

  private final Set<HttpMethod> methods;
  private final Problem problem;

  /**
   * @param methods in the order of {@code Allow}
   */
  public Methods(HttpMethod... methods) {
    this.methods = Set.of(methods);
    String allow = Arrays.stream(methods).map(HttpMethod::name).collect(Collectors.joining(", "));
    problem = new Problem(405, "This path has other methods.", Map.of("Allow", allow));
  }

  @Override
  public void handle(RoutingContext context) {
    if (methods.contains(context.request().method())) {
      context.next();
    } else {
      ProblemHandler.send(context, problem);
    }
  }
}
