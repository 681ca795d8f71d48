package io.statekeep.web;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.statekeep.session.JsonText;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Reads JSON that strangers send: strictly, and with bounds on what it may cost. */
public final class JsonBody {
  private static final int MAX_DEPTH = 32;

  private static final JsonFactory STRICT =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
          .build();

  private JsonBody() {}

  /**
   * One JSON object (RFC 8259) in valid UTF-8, nothing after it, no name twice in one object, at
   * most 32 deep, no number longer than 1000 characters or too large for a double.
   *
   * @throws ProblemException of 400 if it is anything else
   */
  public static JsonObject read(@Nullable Buffer body) {
    return (JsonObject) JsonText.decode(text(body));
  }

  /**
   * The text of such an object.
   *
   * @throws ProblemException of 400 if it is anything else
   */
  public static String text(@Nullable Buffer body) {
    String text;
    try {
      text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(body == null ? new byte[0] : body.getBytes()))
              .toString();
    } catch (CharacterCodingException e) {
      throw Problem.of(400, "The body is not valid UTF-8.").exception();
    }
    check(text);
    return text;
  }

  private static void check(String text) {
    try (JsonParser parser = STRICT.createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw Problem.of(400, "The body is not a JSON object.").exception();
      }
      for (int depth = 1; depth > 0; ) {
        JsonToken token = parser.nextToken();
        depth += token == null ? -depth : token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        if (token == JsonToken.VALUE_NUMBER_INT) {
          // Read for its check alone: a skipped number has none.
          parser.getNumberValue();
        } else if (token == JsonToken.VALUE_NUMBER_FLOAT
            && Double.isInfinite(parser.getDoubleValue())) {
          // JSON has no form in which to keep it.
          throw Problem.of(400, "The body has a number that is too large.").exception();
        }
      }
      if (parser.nextToken() != null) {
        throw Problem.of(400, "The body goes on after its JSON object.").exception();
      }
    } catch (IOException e) {
      throw Problem.of(400, "The body is not well-formed JSON within the bounds.").exception();
    }
  }
}
