package io.statekeep.web.api;

import io.statekeep.session.Attributes;
import io.statekeep.session.JsonText;
import io.statekeep.session.Subjects;
import io.statekeep.web.JsonBody;
import io.statekeep.web.Problem;
import io.statekeep.web.ProblemException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.PlatformHandler;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The JSON body of a request, checked by the contract. Attribute values stay the text that the
 * client sent: a number loses no digits.
 */
final class BodyReader {
  private static final String JSON = "application/json";
  private static final int LEAST_LIMIT = 256 * 1024;

  private final String text;
  private final JsonObject json;
  private final Attributes members;

  private BodyReader(String text) {
    this.text = text;
    this.json = (JsonObject) JsonText.decode(text);
    this.members = Attributes.stored(text);
  }

  /** Refuses media types that no route reads, before a byte of the body is. */
  static PlatformHandler only(String... others) {
    Set<String> known = Set.of(others);
    return context -> {
      String media = media(context);
      // Without a type there is nothing to read.
      boolean absent = media.isEmpty() && !hasBody(context);
      if (absent || media.equals(JSON) || known.contains(media)) {
        context.next();
      } else {
        throw Problem.of(415, "The body is to be JSON, of the type " + JSON + ".").exception();
      }
    };
  }

  private static boolean hasBody(RoutingContext context) {
    String length = context.request().getHeader(HttpHeaders.CONTENT_LENGTH);
    return context.request().getHeader(HttpHeaders.TRANSFER_ENCODING) != null
        || (length != null && !length.equals("0"));
  }

  private static String media(RoutingContext context) {
    String type = context.request().getHeader(HttpHeaders.CONTENT_TYPE);
    return type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
  }

  /** Collects a body that could hold a session of this size, however it is escaped. */
  static BodyHandler collecting(int sessionBytes) {
    return BodyHandler.create(false).setBodyLimit(Math.max(LEAST_LIMIT, 2L * sessionBytes + 65536));
  }

  /**
   * Reads a request's body; no body at all is an empty object.
   *
   * @throws ProblemException of 400 if it is not JSON, or not what the operation takes
   */
  static BodyReader of(RoutingContext context, Contract contract, String operation) {
    Buffer body = context.body().buffer();
    boolean absent = media(context).isEmpty() && (body == null || body.length() == 0);
    BodyReader reader = new BodyReader(absent ? "{}" : JsonText.compact(JsonBody.text(body)));
    contract.check(operation, reader.json);
    return reader;
  }

  /** Which body this is, however it was spaced. */
  String fingerprint() {
    return Digests.text(text);
  }

  /** Hands out each attribute with its JSON text, null ones with {@code null}. */
  void attributes(BiConsumer<String, @Nullable String> action) {
    String text = members.get("attributes");
    if (text != null) {
      Attributes.stored(text)
          .forEach((name, value) -> action.accept(name, value.equals("null") ? null : value));
    }
  }

  /** The attributes without null ones. */
  Attributes attributes() {
    Attributes[] collected = {Attributes.NONE};
    attributes(
        (name, value) ->
            collected[0] = value == null ? collected[0] : collected[0].with(name, value));
    return collected[0];
  }

  /** A subject, which may be one that stores can hold. */
  @Nullable String subject() {
    String subject = json.getString("subject");
    if (subject != null && !Subjects.isValid(subject)) {
      throw Problem.of(400, "The subject is not 1 to 255 characters of valid Unicode.").exception();
    }
    return subject;
  }

  String text(String name) {
    return String.valueOf(json.getString(name));
  }

  @Nullable Boolean flag(String name) {
    return json.getBoolean(name);
  }

  /** Seconds as milliseconds, rounded up; the schema has bounded them. */
  @Nullable Long millis(String name) {
    Number seconds = json.getNumber(name);
    return seconds == null ? null : Long.valueOf((long) Math.ceil(seconds.doubleValue() * 1000));
  }

  /** A whole number of 64 bits. */
  long whole(String name, long absent) {
    Number value = json.getNumber(name);
    if (value == null) {
      return absent;
    }
    try {
      return new BigDecimal(value.toString()).longValueExact();
    } catch (ArithmeticException e) {
      throw Problem.of(400, "The member " + name + " is not a whole number of 64 bits.")
          .exception();
    }
  }
}
