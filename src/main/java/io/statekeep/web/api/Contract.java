package io.statekeep.web.api;

import io.statekeep.web.Problem;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.json.schema.Draft;
import io.vertx.json.schema.JsonSchema;
import io.vertx.json.schema.JsonSchemaOptions;
import io.vertx.json.schema.OutputFormat;
import io.vertx.json.schema.OutputUnit;
import io.vertx.json.schema.Validator;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * The API as {@code openapi.yaml} has it, the one place that says what a request may hold. Its
 * schemas are compiled once. Immutable and thread-safe.
 */
public final class Contract {
  private static final String FILE = "/openapi.yaml";
  private static final Pattern MEMBER = Pattern.compile("#?/([a-z_]{1,32})");
  private static final JsonSchemaOptions OPTIONS =
      new JsonSchemaOptions()
          .setBaseUri("statekeep:/")
          .setDraft(Draft.DRAFT202012)
          .setOutputFormat(OutputFormat.Basic);

  private final Buffer text;
  private final JsonObject document;
  private final Map<String, Validator> bodies = new LinkedHashMap<>();
  private final Map<String, Map<String, Parameter>> queries = new LinkedHashMap<>();

  private Contract(String text, JsonObject document) {
    this.text = Buffer.buffer(text);
    this.document = document;
    forEachOperation(document, this::compile);
  }

  /** Reads and compiles the file. Blocking. */
  @SuppressWarnings("unchecked")
  public static Contract load() {
    try (InputStream in = Contract.class.getResourceAsStream(FILE)) {
      String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      Object tree = new Load(LoadSettings.builder().build()).loadFromString(text);
      return new Contract(text, new JsonObject((Map<String, Object>) tree));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Hands out each operation with its method and path, in the order of the file. */
  static void forEachOperation(JsonObject document, BiConsumer<String, JsonObject> action) {
    JsonObject paths = document.getJsonObject("paths");
    for (String path : paths.fieldNames()) {
      JsonObject item = paths.getJsonObject(path);
      for (String method : item.fieldNames()) {
        if (item.getValue(method) instanceof JsonObject operation) {
          action.accept(method + " " + path, operation);
        }
      }
    }
  }

  private void compile(String place, JsonObject operation) {
    String id = operation.getString("operationId");
    JsonObject body = operation.getJsonObject("requestBody");
    if (body != null) {
      JsonObject media = body.getJsonObject("content").getJsonObject("application/json");
      bodies.put(id, validator(id, media.getJsonObject("schema")));
    }
    Map<String, Parameter> query = new LinkedHashMap<>();
    for (Object item : operation.getJsonArray("parameters", new JsonArray())) {
      JsonObject parameter = resolve((JsonObject) item);
      if (parameter.getString("in").equals("query")) {
        String name = parameter.getString("name");
        JsonObject schema = parameter.getJsonObject("schema");
        query.put(
            name,
            new Parameter(
                name,
                parameter.getBoolean("required", false),
                "integer".equals(schema.getString("type")),
                validator(id + "-" + name, schema)));
      }
    }
    queries.put(id, query);
  }

  Validator validator(String id, JsonObject schema) {
    // What its references point at; a copy, because compiling leaves marks in it.
    JsonObject shapes = document.getJsonObject("components").getJsonObject("schemas").copy();
    JsonObject whole =
        schema
            .copy()
            .put("$id", "statekeep:/" + id)
            .put("components", new JsonObject().put("schemas", shapes));
    return Validator.create(JsonSchema.of(whole), OPTIONS);
  }

  /** The node, or what it refers to. */
  JsonObject resolve(JsonObject node) {
    String reference = node.getString("$ref");
    if (reference == null) {
      return node;
    }
    JsonObject at = document;
    for (String step : reference.substring(2).split("/", -1)) {
      at = at.getJsonObject(step);
    }
    return at;
  }

  /** The file as it is. */
  Buffer text() {
    return text;
  }

  /** The file as a tree. Not to be changed. */
  JsonObject document() {
    return document;
  }

  /** The declared query parameters of an operation, by name. */
  Map<String, Parameter> query(String operation) {
    return queries.getOrDefault(operation, Map.of());
  }

  /**
   * Checks a body.
   *
   * @throws io.statekeep.web.ProblemException of 400 naming the member that does not fit
   */
  void check(String operation, JsonObject body) {
    OutputUnit result = Objects.requireNonNull(bodies.get(operation)).validate(body);
    if (!fits(result)) {
      throw Problem.of(400, "The body does not fit the contract" + place(result) + ".").exception();
    }
  }

  static boolean fits(OutputUnit result) {
    return Boolean.TRUE.equals(result.getValid());
  }

  // Names of our own members only: others are the client's, of any length.
  private static String place(OutputUnit result) {
    if (result.getErrors() != null) {
      for (OutputUnit error : result.getErrors()) {
        Matcher member = MEMBER.matcher(String.valueOf(error.getInstanceLocation()));
        if (member.lookingAt()) {
          return ": see the member " + member.group(1);
        }
      }
    }
    return "";
  }

  /** A declared query parameter. */
  record Parameter(String name, boolean required, boolean integer, Validator schema) {}
}
