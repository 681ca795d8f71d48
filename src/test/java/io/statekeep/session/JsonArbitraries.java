package io.statekeep.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Tuple;

/** Names and JSON texts that try to break out of the text that holds them. */
final class JsonArbitraries {
  private static final String[] NAMES = {
    "",
    "a",
    "b",
    "user_id",
    "\"",
    "\\",
    "\\\"",
    "a\":1,\"b",
    "}",
    "{\"a\":1}",
    ",",
    ":",
    " a",
    "null",
    "\u0000",
    "\n",
    "\u001f\u007f",
    "/",
    "\u00e9\u4e2d",
    "\u2028\ufeff\uffff",
    "\ud83d\ude00",
    "\ud83d",
    "\ude00",
    "\ude00\ud83d",
  };

  // Values stay as they were written: what a number or a string could also look like must not
  // change.
  private static final String[] SCALARS = {
    "null",
    "true",
    "false",
    "0",
    "-0",
    "42",
    "1.50",
    "1e5",
    "-1.5E+300",
    "1e400",
    "9007199254740993",
    "12345678901234567890.123456789",
    "\"\"",
    "\"plain\"",
    "\"\\\"\"",
    "\"\\\\\"",
    "\"\\\\\\\"\"",
    "\"},{\"",
    "\"\\u0041\\/\\ud83d\\b\"",
    "\"\u00e9\u4e2d\ud83d\ude00\"",
    "{}",
    "[]",
    "[ ]",
  };

  private JsonArbitraries() {}

  static Arbitrary<String> names() {
    Arbitrary<String> composed =
        Arbitraries.strings()
            .withChars("ab\"\\{}[],:/ \n\u0000\u00e9\u4e2d\ud83d\ude00")
            .ofMaxLength(6);
    return Arbitraries.oneOf(Arbitraries.of(NAMES), composed, Arbitraries.strings().ofMaxLength(4));
  }

  /** JSON texts, with space between their tokens or without. */
  static Arbitrary<String> values() {
    return values(2).map(String::strip);
  }

  private static Arbitrary<String> values(int depth) {
    Arbitrary<String> scalars =
        Arbitraries.oneOf(Arbitraries.of(SCALARS), names().map(JsonText::quote));
    if (depth == 0) {
      return scalars;
    }
    Arbitrary<String> lists =
        values(depth - 1)
            .list()
            .ofMaxSize(3)
            .flatMap(all -> spaces().map(s -> s.around("[", String.join(s.around(","), all), "]")));
    Arbitrary<String> objects =
        Arbitraries.maps(names(), values(depth - 1))
            .ofMaxSize(3)
            .flatMap(all -> spaces().map(s -> s.around("{", members(all, s), "}")));
    return Arbitraries.frequencyOf(Tuple.of(4, scalars), Tuple.of(1, lists), Tuple.of(1, objects));
  }

  private static String members(Map<String, String> all, Space space) {
    List<String> members = new ArrayList<>();
    all.forEach((name, value) -> members.add(JsonText.quote(name) + space.around(":") + value));
    return String.join(space.around(","), members);
  }

  /** What may stand between two tokens; mostly nothing. */
  static Arbitrary<Space> spaces() {
    return Arbitraries.of("", "", "", " ", "\n\t", " \r\n ").map(Space::new);
  }

  /** Space as JSON knows it. */
  record Space(String text) {
    String around(String... tokens) {
      return text + String.join(text, tokens) + text;
    }
  }
}
