package io.statekeep.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.EncodeException;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTextTest {
  // --- strings

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "a|\"a\"",
        "``|\"\"",
        "/|\"/\"",
        "\"|\"\\\"\"",
        "\\|\"\\\\\"",
        "{[,:]}|\"{[,:]}\"",
        "\u007f\u0080\u2028\ufeff\uffff|\"\u007f\u0080\u2028\ufeff\uffff\"",
        "\u00e9\u4e2d\ud83d\ude00|\"\u00e9\u4e2d\ud83d\ude00\"",
      },
      delimiter = '|')
  void aTextIsQuotedWithNoMoreEscapesThanItNeeds(String text, String json) {
    assertThat(JsonText.quote(text)).isEqualTo(json);
  }

  @Test
  void everyCharacterIsReadBack() {
    for (int c = 0; c <= 0xFFFF; c++) {
      String text = "a" + (char) c + "b";
      String json = JsonText.quote(text);
      assertThat(new JsonArray("[" + json + "]").getString(0)).isEqualTo(text);
      assertThat(JsonText.decode(json)).isEqualTo(text);
      assertThat(JsonText.encode(text)).isEqualTo(json);
    }
  }

  @Test
  void controlsAreEscaped() {
    assertThat(JsonText.quote("\0\t\n\r\b\f\u001b\u001f"))
        .isEqualTo("\"\\u0000\\u0009\\u000a\\u000d\\u0008\\u000c\\u001b\\u001f\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\ud83d",
        "\ude00",
        "\ud83d\ud83d",
        "\ude00\ude00",
        "\ude00\ud83d",
        "\ud83da",
        "a\ude00",
        "\ud83d\ud83d\ude00",
        "\ud83d\ude00\ude00",
        "\ud83d\\" + "\ude00",
        "\ud83d\"\ude00",
        "\ud83d\n\ude00",
      })
  void halfASurrogatePairSurvivesUtf8(String text) {
    for (String json :
        List.of(
            JsonText.quote(text),
            JsonText.encode(new JsonArray().add(text)),
            JsonText.encode(new JsonObject().put(text, text)),
            JsonText.encode(List.of(Map.of("a", List.of(text)))))) {
      String sent = new String(json.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
      assertThat(sent).isEqualTo(json);
      assertThat(JsonText.utf8Length(json)).isEqualTo(json.getBytes(StandardCharsets.UTF_8).length);
    }
    assertThat(JsonText.decode(JsonText.quote(text))).isEqualTo(text);
    assertThat(JsonText.decode(JsonText.encode(new JsonObject().put(text, text))))
        .isEqualTo(new JsonObject().put(text, text));
  }

  @Test
  void aWholeSurrogatePairIsNotEscaped() {
    assertThat(JsonText.encode(new JsonArray().add("\ud83d\ude00")))
        .isEqualTo("[\"\ud83d\ude00\"]");
  }

  // --- other values

  @Test
  void numbersAreReadBackAsWritten() {
    for (Object number :
        List.of(
            0,
            -1,
            Integer.MAX_VALUE,
            Integer.MIN_VALUE,
            1L << 31,
            Long.MAX_VALUE,
            Long.MIN_VALUE,
            0.5,
            -1.5e-300,
            Double.MAX_VALUE,
            new BigInteger("123456789012345678901234567890"))) {
      assertThat(JsonText.decode(JsonText.encode(number))).isEqualTo(number);
    }
    assertThat(JsonText.encode(new BigDecimal("1.10"))).isEqualTo("1.10");
    assertThat(JsonText.encode(true)).isEqualTo("true");
    assertThat(JsonText.encode(Instant.EPOCH)).isEqualTo("\"1970-01-01T00:00:00Z\"");
  }

  @Test
  void wholeNumbersAreReadAsTheLibraryReadsThem() {
    for (String text :
        List.of(
            "0",
            "-0",
            "7",
            "-10",
            "2147483647",
            "2147483648",
            "-2147483648",
            "-2147483649",
            "999999999999999999",
            "-999999999999999999",
            "1000000000000000000",
            "9223372036854775808",
            "1e3",
            "1.0")) {
      assertThat(JsonText.decode(text)).isEqualTo(Json.decodeValue(text));
    }
    for (String text : List.of("", "-", "00", "-01", "1-1", "+1")) {
      assertThatThrownBy(() -> JsonText.decode(text)).isInstanceOf(DecodeException.class);
    }
  }

  @Test
  void nestedValuesAreReadBackAsWritten() {
    JsonObject value =
        new JsonObject()
            .put("list", new JsonArray().add(1).add("two").addNull().add(new JsonArray()))
            .put("map", new JsonObject().put("\"}],\\", "{[,:\\\"").put("", false))
            .putNull("null");
    String json = JsonText.encode(value);
    assertThat(JsonText.decode(json)).isEqualTo(value);
    assertThat(JsonText.encode(value.getMap())).isEqualTo(json);
    assertThat(JsonText.decode("null")).isNull();
  }

  @Test
  void whatHasNoJsonFormIsRefused() {
    List<Object> loop = new ArrayList<>();
    loop.add(loop);
    assertThatThrownBy(() -> JsonText.encode(loop)).isInstanceOf(EncodeException.class);
    assertThatThrownBy(() -> JsonText.encode(List.of(1, List.of(loop))))
        .isInstanceOf(EncodeException.class);
  }

  // --- texts that somebody else wrote

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        " { } ",
        "\t{\n\"a\" : 1 ,\r\n\"b\":[ ]}\n",
        "{\"a\":{\"a\":{\"a\":null}}}",
        "{\"\":0}",
        "{\"\\u0061\":\"\\ud83d\"}",
        "{\"a\":-0.1e-5,\"A\":1E+5}",
      })
  void aWholeObjectIsOne(String json) {
    assertThat(JsonText.isObject(json)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "null",
        "1",
        "\"{}\"",
        "[]",
        "[{}]",
        "{",
        "}",
        "{}}",
        "{}{}",
        "{} null",
        "{},",
        "{]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{,\"a\":1}",
        "{\"a\":1 \"b\":2}",
        "{\"a\":1;\"b\":2}",
        "{a:1}",
        "{'a':1}",
        "{\"a\":'b'}",
        "{\"a\":NaN}",
        "{\"a\":Infinity}",
        "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":.5}",
        "{\"a\":1.}",
        "{\"a\":0x1}",
        "{\"a\":tru}",
        "{\"a\":True}",
        "{\"a\":\"\n\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u12\"}",
        "{\"a\":\"}",
        "{\"a\":[1,2}",
        "{/* */}",
        "{}//",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1,\"\\u0061\":2}",
        "{\"a\":{\"b\":1,\"b\":2}}",
        "\ufeff{}",
        "{\"a\":1}\0",
        "\0{}",
      })
  void anythingElseIsNone(String json) {
    assertThat(JsonText.isObject(json)).isFalse();
  }

  @Test
  void aTextThatNobodyCouldDecodeIsNoObject() {
    assertThat(JsonText.isObject("{\"a\":" + nested(5_000) + "}")).isFalse();
    assertThat(JsonText.isObject("{\"a\":" + nested(1_000_000) + "}")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"9", "1.9", "-1e0", "0.0"})
  void aNumberOfAnyLengthIsRead(String start) {
    String number = start + "9".repeat(5_000);
    assertThat(JsonText.isObject("{\"a\":[" + number + "]}")).isTrue();
    assertThat(JsonText.decode(number)).isInstanceOf(Number.class);
  }

  @Test
  void whatCanBeEncodedCanBeDecodedAsAnAttribute() {
    for (int depth = 1; depth <= 1_100; depth++) {
      Object value = "x";
      for (int i = 0; i < depth; i++) {
        value = List.of(value);
      }
      String json;
      try {
        json = JsonText.encode(value);
      } catch (EncodeException tooDeep) {
        continue;
      }
      assertThat(JsonText.isObject("{\"a\":" + json + "}")).as("depth " + depth).isTrue();
      assertThat(JsonText.decode(json)).isInstanceOf(JsonArray.class);
    }
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "1,|1",
        "1}|1",
        "true]|4",
        "\"a\",|3",
        "\",}]\"}|5",
        "\"\\\"\",|4",
        "\"\\\\\",|4",
        "\"\\\\\\\"\"}|6",
        "[1,2],|5",
        "[[],{}]}|7",
        "{\"}\":\"]\"}}|9",
        "[ 1 , 2 ] ,|10",
      })
  void theEndOfAValueIsFound(String json, int end) {
    assertThat(JsonText.endOfValue(json, 0)).isEqualTo(end);
    assertThat(JsonText.endOfValue("{\"a\":" + json, 5)).isEqualTo(5 + end);
  }

  @Test
  void theLengthInUtf8IsExact() {
    for (int c = 0; c <= 0x10FFFF; c += c < 0x3000 ? 1 : 97) {
      if (c < 0xD800 || c > 0xDFFF) {
        String text = "a" + Character.toString(c) + "b";
        assertThat(JsonText.utf8Length(text))
            .isEqualTo(text.getBytes(StandardCharsets.UTF_8).length);
      }
    }
  }

  private static String nested(int depth) {
    return "[".repeat(depth) + "]".repeat(depth);
  }
}
