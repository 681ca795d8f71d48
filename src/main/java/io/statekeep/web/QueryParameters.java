package io.statekeep.web;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a request's query, as the URL standard reads {@code
 * application/x-www-form-urlencoded}: {@code &} alone separates them, and {@code ;} is a character
 * of a value. Names count by case. Immutable.
 */
public final class QueryParameters {
  private final Map<String, List<String>> values;

  private QueryParameters(Map<String, List<String>> values) {
    this.values = values;
  }

  /**
   * Reads the query of a request.
   *
   * @throws ProblemException of 400 if it has a broken escape
   */
  public static QueryParameters of(RoutingContext context) {
    String query = context.request().query();
    if (query == null || query.isEmpty()) {
      return new QueryParameters(Map.of());
    }
    try {
      // There cannot be more parameters than characters: none is dropped.
      return new QueryParameters(
          new QueryStringDecoder(query, StandardCharsets.UTF_8, false, query.length(), true)
              .parameters());
    } catch (IllegalArgumentException e) {
      throw Problem.of(400, "The query has a broken escape.").exception();
    }
  }

  /** The names that are there. */
  public Set<String> names() {
    return values.keySet();
  }

  /** The first value of that name, or null if there is none. */
  public @Nullable String first(String name) {
    List<String> all = all(name);
    return all.isEmpty() ? null : all.get(0);
  }

  /** All values of that name, as they stand in the query; none is an empty list. */
  public List<String> all(String name) {
    return values.getOrDefault(name, List.of());
  }
}
