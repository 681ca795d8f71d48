package io.statekeep.web;

import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A name and a password, as a form or as JSON.
 *
 * @param name not empty
 * @param password not empty
 */
record Credentials(String name, String password) {

  /**
   * Reads a request's body.
   *
   * @throws ProblemException if it is of another type, or one of the two is missing
   */
  static Credentials of(RoutingContext context) {
    String type = context.request().getHeader(HttpHeaders.CONTENT_TYPE);
    String media = type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    return switch (media) {
      case "application/x-www-form-urlencoded" -> {
        MultiMap form = context.request().formAttributes();
        yield of(form.get("username"), form.get("password"));
      }
      case "application/json" -> {
        JsonObject json = JsonBody.read(context.body().buffer());
        yield of(text(json, "username"), text(json, "password"));
      }
      default -> throw Problem.of(415, "A login is a form or a JSON object.").exception();
    };
  }

  private static @Nullable String text(JsonObject json, String name) {
    return json.getValue(name) instanceof String text ? text : null;
  }

  private static Credentials of(@Nullable String name, @Nullable String password) {
    if (name == null || name.isEmpty() || password == null || password.isEmpty()) {
      throw Problem.of(400, "A login needs a username and a password.").exception();
    }
    return new Credentials(name, password);
  }

  @Override
  public String toString() {
    return "Credentials[secret]";
  }
}
