package io.statekeep.web.api;

import io.statekeep.web.Problem;
import io.statekeep.web.ProblemException;
import io.statekeep.web.QueryParameters;
import io.statekeep.web.api.Contract.Parameter;
import io.vertx.ext.web.RoutingContext;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The query of a request, checked by what the contract declares; what that does not is ignored. */
final class QueryReader {
  private static final Pattern WHOLE = Pattern.compile("-?\\d{1,30}");

  private final Map<String, Object> values = new HashMap<>();

  private QueryReader() {}

  /**
   * Reads the parameters of an operation.
   *
   * @throws ProblemException of 400 if one is missing, there twice or does not fit
   */
  static QueryReader of(RoutingContext context, Contract contract, String operation) {
    QueryReader reader = new QueryReader();
    QueryParameters query = QueryParameters.of(context);
    for (Parameter parameter : contract.query(operation).values()) {
      List<String> texts = query.all(parameter.name());
      if (texts.size() > 1 || (texts.isEmpty() && parameter.required())) {
        throw problem(parameter, texts.isEmpty() ? "is required" : "is there more than once");
      }
      if (!texts.isEmpty()) {
        reader.values.put(parameter.name(), value(parameter, texts.get(0)));
      }
    }
    return reader;
  }

  private static Object value(Parameter parameter, String text) {
    boolean number = parameter.integer() && WHOLE.matcher(text).matches();
    Object value = number ? clamped(new BigInteger(text)) : text;
    if (!Contract.fits(parameter.schema().validate(value))) {
      throw problem(parameter, "does not fit the contract");
    }
    return value;
  }

  // What is beyond 64 bits is as far as can be.
  private static Long clamped(BigInteger value) {
    BigInteger most = BigInteger.valueOf(Long.MAX_VALUE);
    return value.min(most).max(most.negate()).longValueExact();
  }

  private static ProblemException problem(Parameter parameter, String what) {
    return Problem.of(400, "The parameter " + parameter.name() + " " + what + ".").exception();
  }

  @Nullable String text(String name) {
    return values.get(name) instanceof String text ? text : null;
  }

  /** The number, at most this; the same if there is none. */
  int number(String name, int absent, int most) {
    return values.get(name) instanceof Long value ? (int) Math.min(value, most) : absent;
  }
}
