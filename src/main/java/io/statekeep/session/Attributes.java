package io.statekeep.session;

import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What a session holds: names, each with a JSON value. Immutable. Equal whatever the order, which
 * not every store keeps.
 *
 * <p>Kept as one JSON object text, which is small in memory, is what stores write and the API
 * answers, and is decoded only where it is read.
 */
public final class Attributes {
  /** No attributes. */
  public static final Attributes NONE = new Attributes("{}");

  private static final int NONE_LEFT = -1;

  // Canonical: no space between tokens of the first level, names as JsonText.quote writes them.
  private final String json;

  private Attributes(String json) {
    this.json = json;
  }

  /**
   * Reads what a store holds: what {@link #toJson} gave, or any JSON object that somebody wrote by
   * hand.
   *
   * @throws CorruptRecordException if the text is not one JSON object
   */
  public static Attributes stored(String json) {
    if (!JsonText.isObject(json)) {
      throw new CorruptRecordException("attributes are not a JSON object");
    }
    Attributes attributes = new Attributes(json);
    return attributes.isCanonical() ? attributes : new Attributes(canonical(json));
  }

  /** What {@link #toJson} of this process gave. */
  static Attributes trusted(String json) {
    return new Attributes(json);
  }

  /** The attributes of a JSON object; null members are dropped. */
  public static Attributes of(JsonObject object) {
    Attributes attributes = NONE;
    for (Map.Entry<String, Object> member : object) {
      if (member.getValue() != null) {
        attributes = attributes.with(member.getKey(), JsonText.encode(member.getValue()));
      }
    }
    return attributes;
  }

  /** The JSON text of the attribute, or null if there is none of that name. */
  public @Nullable String get(String name) {
    Span span = find(JsonText.quote(name));
    return span == null ? null : json.substring(span.valueStart, span.valueEnd);
  }

  /** The attribute's value decoded: String, Number, Boolean, JsonObject or JsonArray. */
  public Optional<Object> value(String name) {
    return Optional.ofNullable(get(name)).map(JsonText::decode);
  }

  /** These attributes and one more, or with another value for it. */
  public Attributes with(String name, String jsonValue) {
    String quoted = JsonText.quote(name);
    Span span = find(quoted);
    if (span != null) {
      return new Attributes(
          json.substring(0, span.valueStart) + jsonValue + json.substring(span.valueEnd));
    }
    String separator = isEmpty() ? "" : ",";
    return new Attributes(
        json.substring(0, json.length() - 1) + separator + quoted + ":" + jsonValue + "}");
  }

  /** These attributes without one; the same if there is none of that name. */
  public Attributes without(String name) {
    Span span = find(JsonText.quote(name));
    if (span == null) {
      return this;
    }
    boolean first = span.nameStart == 1;
    boolean last = span.valueEnd == json.length() - 1;
    int from = first || last ? span.nameStart - (first ? 0 : 1) : span.nameStart;
    int to = last ? span.valueEnd : span.valueEnd + 1;
    return new Attributes(json.substring(0, from) + json.substring(to));
  }

  /** All names. */
  public List<String> names() {
    List<String> names = new ArrayList<>();
    forEach((name, value) -> names.add(name));
    return names;
  }

  /** Hands out each name with its JSON text. */
  public void forEach(BiConsumer<String, String> action) {
    for (int at = first(); at != NONE_LEFT; ) {
      int nameEnd = JsonText.endOfString(json, at);
      int valueEnd = JsonText.endOfValue(json, nameEnd + 1);
      String name = (String) JsonText.decode(json.substring(at, nameEnd));
      action.accept(name, json.substring(nameEnd + 1, valueEnd));
      at = after(valueEnd);
    }
  }

  /** How many there are. */
  public int count() {
    int count = 0;
    for (int at = first(); at != NONE_LEFT; count++) {
      at = after(JsonText.endOfValue(json, JsonText.endOfString(json, at) + 1));
    }
    return count;
  }

  /** Whether there are none. */
  public boolean isEmpty() {
    return json.length() == 2;
  }

  /** The size that limits count: bytes of {@link #toJson} in UTF-8. */
  public int bytes() {
    return JsonText.utf8Length(json);
  }

  /** All of them as one JSON object, without a space between its members. */
  public String toJson() {
    return json;
  }

  // Values stay as they are: read and written again, a number could lose digits.
  private static String canonical(String json) {
    StringBuilder out = new StringBuilder(json.length()).append('{');
    int at = token(json, json.indexOf('{') + 1);
    while (json.charAt(at) == '"') {
      int nameEnd = JsonText.endOfString(json, at);
      String name = (String) JsonText.decode(json.substring(at, nameEnd));
      int valueStart = token(json, token(json, nameEnd) + 1);
      int valueEnd = JsonText.endOfValue(json, valueStart);
      out.append(out.length() > 1 ? "," : "").append(JsonText.quote(name)).append(':');
      out.append(json.substring(valueStart, valueEnd).stripTrailing());
      at = json.charAt(valueEnd) == ',' ? token(json, valueEnd + 1) : valueEnd;
    }
    return out.append('}').toString();
  }

  /** Where the next token begins, after any space. */
  private static int token(String json, int from) {
    int at = from;
    while (json.charAt(at) <= ' ') {
      at++;
    }
    return at;
  }

  private boolean isCanonical() {
    if (json.equals("{}")) {
      return true;
    }
    int at = 0;
    while (json.charAt(at) == (at == 0 ? '{' : ',')) {
      if (json.charAt(at + 1) != '"') {
        return false;
      }
      int nameEnd = JsonText.endOfString(json, at + 1);
      if (json.charAt(nameEnd) != ':' || !isPlain(at + 2, nameEnd - 1)) {
        return false;
      }
      at = JsonText.endOfValue(json, nameEnd + 1);
      if (json.charAt(nameEnd + 1) <= ' ' || json.charAt(at - 1) <= ' ') {
        return false;
      }
    }
    return at == json.length() - 1;
  }

  /** Whether there is but one way to write these characters of a name. */
  private boolean isPlain(int from, int to) {
    for (int i = from; i < to; i++) {
      if (json.charAt(i) == '\\' || Character.isSurrogate(json.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private @Nullable Span find(String quotedName) {
    int length = quotedName.length();
    for (int at = first(); at != NONE_LEFT; ) {
      int nameEnd = JsonText.endOfString(json, at);
      int valueEnd = JsonText.endOfValue(json, nameEnd + 1);
      if (nameEnd - at == length && json.regionMatches(at, quotedName, 0, length)) {
        return new Span(at, nameEnd, nameEnd + 1, valueEnd);
      }
      at = after(valueEnd);
    }
    return null;
  }

  /** Where the first name begins. */
  private int first() {
    return isEmpty() ? NONE_LEFT : 1;
  }

  /** Where the name after a value begins. */
  private int after(int valueEnd) {
    return json.charAt(valueEnd) == ',' ? valueEnd + 1 : NONE_LEFT;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Attributes attributes
        && (attributes.json.equals(json)
            || (attributes.json.length() == json.length() && attributes.toMap().equals(toMap())));
  }

  @Override
  public int hashCode() {
    return toMap().hashCode();
  }

  private Map<String, String> toMap() {
    Map<String, String> map = new HashMap<>();
    forEach(map::put);
    return map;
  }

  // Values belong to users: a log line must not hold them.
  @Override
  public String toString() {
    return "Attributes[" + json.length() + " characters]";
  }

  private record Span(int nameStart, int nameEnd, int valueStart, int valueEnd) {}
}
