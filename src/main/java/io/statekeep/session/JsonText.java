package io.statekeep.session;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteConstraints;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import io.vertx.core.json.jackson.JacksonCodec;
import java.io.IOException;

/** JSON as text: attribute values stay text until somebody reads them. */
public final class JsonText {
  // A value may be as deep as the encoder lets it; the object of all attributes is one deeper.
  private static final int MAX_DEPTH = StreamWriteConstraints.DEFAULT_MAX_DEPTH + 1;
  // The bound of what is written is its size in all: nothing that was written may be unreadable.
  private static final StreamReadConstraints WHATEVER_WAS_WRITTEN =
      StreamReadConstraints.builder()
          .maxNestingDepth(MAX_DEPTH)
          .maxNumberLength(Integer.MAX_VALUE)
          .maxStringLength(Integer.MAX_VALUE)
          .maxNameLength(Integer.MAX_VALUE)
          .build();
  private static final JsonFactory READER =
      JsonFactory.builder()
          .streamReadConstraints(WHATEVER_WAS_WRITTEN)
          // Else a long number costs the square of its length.
          .enable(StreamReadFeature.USE_FAST_BIG_NUMBER_PARSER)
          .build();
  private static final JsonFactory STRICT =
      JsonFactory.builder()
          .streamReadConstraints(WHATEVER_WAS_WRITTEN)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build();

  // What the application chose, Json.encode, would be data binding where that is on the class path:
  // a fifth of a second to set up. What it puts into a session is its own, and goes by that.
  private static final JacksonCodec STREAMS = new JacksonCodec();

  // Any number of so many digits is a long.
  private static final int MAX_LONG_DIGITS = 18;

  private JsonText() {}

  /**
   * The JSON text of a value: strings, numbers, booleans, lists and maps of them, and Vert.x's JSON
   * types.
   *
   * @throws io.vertx.core.json.EncodeException if the value has no JSON form
   */
  public static String encode(Object value) {
    if (value instanceof String text) {
      return quote(text);
    }
    if (value instanceof Long || value instanceof Integer || value instanceof Boolean) {
      return value.toString();
    }
    return withoutLoneSurrogates(Json.encode(value));
  }

  /**
   * The JSON text of an answer of our own: text, numbers and truths, and objects and lists of them.
   */
  public static String write(JsonObject answer) {
    return STREAMS.toString(answer);
  }

  /** The same on many lines, for people to read. */
  public static String writePrettily(JsonObject answer) {
    return STREAMS.toString(answer, true);
  }

  /**
   * The value of a JSON text: String, Number, Boolean, JsonObject or JsonArray; null for {@code
   * null}.
   */
  public static Object decode(String json) {
    if (isPlainString(json)) {
      return json.substring(1, json.length() - 1);
    }
    if (isShortWhole(json)) {
      return wholeNumber(Long.parseLong(json));
    }
    try {
      return JacksonCodec.fromParser(READER.createParser(json), Object.class);
    } catch (IOException e) {
      throw new DecodeException("not a JSON text", e);
    }
  }

  private static boolean isPlainString(String json) {
    return json.length() >= 2 && json.charAt(0) == '"' && json.indexOf('\\') < 0;
  }

  // Such a number needs no library to read it: no sign of a fraction, and no more than a long
  // holds.
  private static boolean isShortWhole(String json) {
    int length = json.length();
    int first = length > 0 && json.charAt(0) == '-' ? 1 : 0;
    int digits = length - first;
    if (digits == 0 || digits > MAX_LONG_DIGITS || (json.charAt(first) == '0' && length > 1)) {
      return false;
    }
    for (int i = first; i < length; i++) {
      if (json.charAt(i) < '0' || json.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  // The smallest of the types, as the library has it.
  private static Number wholeNumber(long number) {
    if (number == (int) number) {
      return (int) number;
    }
    return number;
  }

  /** The text as a JSON string in its one canonical form: only what must be escaped is. */
  public static String quote(String text) {
    int plain = 0;
    while (plain < text.length() && isPlain(text.charAt(plain))) {
      plain++;
    }
    if (plain == text.length()) {
      return "\"" + text + "\"";
    }
    StringBuilder out = new StringBuilder(text.length() + 16).append('"').append(text, 0, plain);
    for (int i = plain; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c < 0x20 || isLoneSurrogate(text, i)) {
        appendEscape(out, c);
      } else {
        out.append(c);
      }
    }
    return out.append('"').toString();
  }

  private static boolean isPlain(char c) {
    return c >= 0x20 && c != '"' && c != '\\' && !Character.isSurrogate(c);
  }

  private static boolean isLoneSurrogate(String text, int at) {
    char c = text.charAt(at);
    if (Character.isHighSurrogate(c)) {
      return at + 1 == text.length() || !Character.isLowSurrogate(text.charAt(at + 1));
    }
    return Character.isLowSurrogate(c)
        && (at == 0 || !Character.isHighSurrogate(text.charAt(at - 1)));
  }

  private static void appendEscape(StringBuilder out, char c) {
    out.append("\\u").append(Character.forDigit(c >> 12, 16));
    out.append(Character.forDigit((c >> 8) & 0xF, 16));
    out.append(Character.forDigit((c >> 4) & 0xF, 16));
    out.append(Character.forDigit(c & 0xF, 16));
  }

  // UTF-8 has no form for half a surrogate pair; as an escape it survives every store.
  private static String withoutLoneSurrogates(String json) {
    int at = 0;
    while (at < json.length() && !Character.isSurrogate(json.charAt(at))) {
      at++;
    }
    if (at == json.length()) {
      return json;
    }
    StringBuilder out = new StringBuilder(json.length() + 16).append(json, 0, at);
    for (; at < json.length(); at++) {
      if (isLoneSurrogate(json, at)) {
        appendEscape(out, json.charAt(at));
      } else {
        out.append(json.charAt(at));
      }
    }
    return out.toString();
  }

  /** Whether this is one JSON object, whole, without a name twice. */
  static boolean isObject(String json) {
    try (JsonParser parser = STRICT.createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return false;
      }
      parser.skipChildren();
      return parser.nextToken() == null;
    } catch (IOException e) {
      return false;
    }
  }

  /** A text known to be JSON without the space between its tokens; numbers stay as written. */
  public static String compact(String json) {
    StringBuilder out = new StringBuilder(json.length());
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      if (c == '"') {
        int end = endOfString(json, i);
        out.append(json, i, end);
        i = end - 1;
      } else if (c > ' ') {
        out.append(c);
      }
    }
    return out.toString();
  }

  /** UTF-8 bytes of a text. */
  static int utf8Length(String text) {
    int length = text.length();
    int bytes = length;
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c >= 0x80) {
        // A surrogate pair is two characters and four bytes.
        bytes += c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
      }
    }
    return bytes;
  }

  /** The index after the value that begins at {@code from} in a text known to be JSON. */
  static int endOfValue(String json, int from) {
    int depth = 0;
    for (int i = from; i < json.length(); i++) {
      switch (json.charAt(i)) {
        case '"' -> i = endOfString(json, i) - 1;
        case '{', '[' -> depth++;
        case '}', ']' -> {
          if (depth == 0) {
            return i;
          }
          depth--;
        }
        case ',' -> {
          if (depth == 0) {
            return i;
          }
        }
        default -> {}
      }
    }
    throw new IllegalArgumentException("not a JSON object");
  }

  /** The index after the string that begins at {@code from} in a text known to be JSON. */
  static int endOfString(String json, int from) {
    int quote = json.indexOf('"', from + 1);
    while (quote >= 0 && isEscaped(json, quote)) {
      quote = json.indexOf('"', quote + 1);
    }
    if (quote < 0) {
      throw new IllegalArgumentException("not a JSON string");
    }
    return quote + 1;
  }

  private static boolean isEscaped(String json, int at) {
    int backslashes = 0;
    while (json.charAt(at - 1 - backslashes) == '\\') {
      backslashes++;
    }
    return backslashes % 2 == 1;
  }
}
