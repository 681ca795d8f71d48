package io.statekeep.web.api;

import io.statekeep.session.JsonText;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The contract as a page to read: one file of HTML, without a script or anything from elsewhere.
 */
final class DocsPage {
  private static final String STYLE =
      "body{font:16px/1.5 system-ui,sans-serif;max-width:60em;margin:2em auto;padding:0 1em}"
          + "h2{border-top:1px solid #8888;padding-top:1em;margin-top:2em}"
          + "code,pre{font:14px/1.4 ui-monospace,monospace;background:#8882}"
          + "pre{padding:.7em;overflow:auto}table{border-collapse:collapse}"
          + "td,th{text-align:left;vertical-align:top;padding:.2em .8em .2em 0}";

  /** Lets the page have its own style and nothing else. */
  static final String POLICY =
      "default-src 'none'; style-src 'sha256-"
          + Base64.getEncoder().encodeToString(Digests.sha256(STYLE))
          + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private final Contract contract;
  private final JsonObject document;
  private final StringBuilder out = new StringBuilder(64 * 1024);

  DocsPage(Contract contract) {
    this.contract = contract;
    this.document = contract.document();
  }

  String html() {
    JsonObject info = document.getJsonObject("info");
    out.append("<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>");
    out.append(escaped(info.getString("title"))).append("</title><style>").append(STYLE);
    out.append("</style><h1>").append(escaped(info.getString("title"))).append("</h1>");
    paragraphs(info.getString("description"));
    out.append("<p>The same for machines: <a href=\"/openapi.yaml\">openapi.yaml</a></p><ul>");
    Contract.forEachOperation(
        document,
        (place, operation) ->
            out.append("<li><a href=\"#")
                .append(escaped(operation.getString("operationId")))
                .append("\"><code>")
                .append(escaped(title(place)))
                .append("</code></a> ")
                .append(escaped(operation.getString("summary")))
                .append("</li>"));
    out.append("</ul>");
    Contract.forEachOperation(document, this::operation);
    schemas();
    return out.append("</html>\n").toString();
  }

  private static String title(String place) {
    int space = place.indexOf(' ');
    return place.substring(0, space).toUpperCase(Locale.ROOT) + place.substring(space);
  }

  private void operation(String place, JsonObject operation) {
    out.append("<h2 id=\"").append(escaped(operation.getString("operationId"))).append("\"><code>");
    out.append(escaped(title(place))).append("</code></h2><p>");
    out.append(escaped(operation.getString("summary"))).append(".</p>");
    paragraphs(operation.getString("description"));
    parameters(operation.getJsonArray("parameters", new JsonArray()));
    JsonObject body = operation.getJsonObject("requestBody");
    if (body != null) {
      out.append("<h3>Body</h3>");
      content(body.getJsonObject("content"));
    }
    out.append("<h3>Answers</h3><table>");
    JsonObject responses = operation.getJsonObject("responses");
    for (String status : responses.fieldNames()) {
      response(status, contract.resolve(responses.getJsonObject(status)));
    }
    out.append("</table>");
  }

  private void parameters(JsonArray parameters) {
    if (parameters.isEmpty()) {
      return;
    }
    out.append("<h3>Parameters</h3><table>");
    for (Object item : parameters) {
      JsonObject parameter = contract.resolve((JsonObject) item);
      out.append("<tr><th><code>").append(escaped(parameter.getString("name")));
      out.append("</code><td>").append(escaped(parameter.getString("in")));
      out.append("<td>").append(escaped(parameter.getString("description")));
    }
    out.append("</table>");
  }

  private void response(String status, JsonObject response) {
    out.append("<tr><th>").append(escaped(status)).append("<td>");
    out.append(escaped(response.getString("description")));
    JsonObject headers = response.getJsonObject("headers");
    if (headers != null) {
      String names =
          headers.fieldNames().stream()
              .map(name -> "<code>" + escaped(name) + "</code>")
              .collect(Collectors.joining(", "));
      out.append(" With ").append(names).append('.');
    }
    JsonObject content = response.getJsonObject("content");
    if (content != null && status.startsWith("2")) {
      content(content);
    }
  }

  private void content(JsonObject content) {
    for (String media : content.fieldNames()) {
      JsonObject of = content.getJsonObject(media);
      out.append("<p><code>").append(escaped(media)).append("</code>");
      String reference = of.getJsonObject("schema", new JsonObject()).getString("$ref");
      if (reference != null) {
        String name = reference.substring(reference.lastIndexOf('/') + 1);
        out.append(": <a href=\"#").append(escaped(name)).append("\">").append(escaped(name));
        out.append("</a>");
      }
      out.append("</p>");
      Object example = of.getValue("example");
      if (example != null) {
        code(
            example instanceof JsonObject json ? JsonText.writePrettily(json) : example.toString());
      }
    }
  }

  private void schemas() {
    out.append("<h2>Shapes</h2>");
    JsonObject schemas = document.getJsonObject("components").getJsonObject("schemas");
    for (String name : schemas.fieldNames()) {
      out.append("<h3 id=\"").append(escaped(name)).append("\">").append(escaped(name));
      out.append("</h3>");
      code(JsonText.writePrettily(schemas.getJsonObject(name)));
    }
  }

  private void code(String text) {
    out.append("<pre>").append(escaped(text)).append("</pre>");
  }

  private void paragraphs(@Nullable String text) {
    for (String paragraph : text == null ? List.<String>of() : List.of(text.split("\n\n", -1))) {
      out.append("<p>").append(escaped(paragraph)).append("</p>");
    }
  }

  private static String escaped(@Nullable String text) {
    return text == null
        ? ""
        : text.replace("&", "&amp;")
            .replace("<", "&lt;")
            .replace(">", "&gt;")
            .replace("\"", "&quot;");
  }
}
