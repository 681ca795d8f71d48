package io.statekeep.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonBodyTest {
  private static JsonObject read(String body) {
    return JsonBody.read(Buffer.buffer(body));
  }

  private static void assertRefused(@Nullable Buffer body) {
    ProblemException refusal =
        catchThrowableOfType(ProblemException.class, () -> JsonBody.read(body));
    assertThat(refusal).isNotNull();
    assertThat(refusal.problem().status()).isEqualTo(400);
    // RFC 9457: for whoever sent it, without what is inside here.
    assertThat(refusal.problem().detail())
        .startsWith("The body ")
        .doesNotContain("Exception", "\n");
  }

  private static void assertRefused(String body) {
    assertRefused(Buffer.buffer(body));
  }

  private static String nested(int depth) {
    return "{\"a\":" + "[".repeat(depth - 1) + "]".repeat(depth - 1) + "}";
  }

  @Test
  void anObjectIsRead() {
    assertThat(
            read(
                " {\"a\": 1, \"b\": [true, null, \"\u00e4\\u00e4\"], \"c\": {\"a\": -1.5e3}}\r\n\t "))
        .isEqualTo(
            new JsonObject()
                .put("a", 1)
                .put("b", new JsonArray().add(true).addNull().add("\u00e4\u00e4"))
                .put("c", new JsonObject().put("a", -1500.0)));
    assertThat(read("{}")).isEmpty();
    assertThat(read("{\"\": \"\"}")).isEqualTo(new JsonObject().put("", ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "[]", "[{}]", "\"text\"", "1", "true", "null", "nul", "}"})
  void whatIsNoObjectIsRefused(String body) {
    assertRefused(body);
  }

  @Test
  void noBodyIsRefused() {
    assertRefused((Buffer) null);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1",
        "{\"a\":1,}",
        "{,}",
        "{a:1}",
        "{'a':1}",
        "{\"a\":1 \"b\":2}",
        "{\"a\":[1,]}",
        "{\"a\":[1}",
        "{\"a\":\"x}",
        "{\"a\":\"\n\"}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\\u12\"}",
        "{\"a\":01}",
        "{\"a\":+1}",
        "{\"a\":.5}",
        "{\"a\":1.}",
        "{\"a\":0x1}",
        "{\"a\":NaN}",
        "{\"a\":Infinity}",
        "{\"a\":-Infinity}",
        "{\"a\":undefined}",
        "{\"a\":TRUE}",
        "{/**/\"a\":1}",
        "{\"a\":1}//",
        "{\"a\":1}#",
        "\0{}"
      })
  void whatIsNotJsonIsRefused(String body) {
    assertRefused(body);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{}{}", "{} x", "{}]", "{}}", "{},", "{}\0", "{} null", "{}\uFEFF", "{}\u00a0"})
  void whatComesAfterTheObjectIsRefused(String body) {
    assertRefused(body);
  }

  @Test
  void aNameTwiceInOneObjectIsRefused() {
    assertRefused("{\"a\":1,\"a\":1}");
    assertRefused("{\"a\":1,\"b\":2,\"\\u0061\":3}");
    assertRefused("{\"o\":{\"a\":1,\"a\":2}}");
    assertRefused("{\"l\":[{\"a\":1,\"a\":2}]}");
    assertThat(read("{\"a\":{\"a\":[{\"a\":1},{\"a\":2}]},\"A\":1}")).hasSize(2);
  }

  @Test
  void thirtyTwoLevelsAreReadAndThirtyThreeAreNot() {
    assertThat(read(nested(32))).hasSize(1);
    assertRefused(nested(33));
    assertThat(read("{\"a\":".repeat(32) + "1" + "}".repeat(32))).hasSize(1);
    assertRefused("{\"a\":".repeat(33) + "1" + "}".repeat(33));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{\"a\":"})
  void aFloodOfLevelsIsRefused(String start) {
    assertRefused(start + "[".repeat(100_000));
    assertRefused(start + "[".repeat(100_000) + "]".repeat(100_000) + "}");
    assertRefused(start + "{\"a\":".repeat(100_000));
  }

  @Test
  void numbersKeepTheirValue() {
    assertThat(read("{\"a\":9007199254740993}").getValue("a")).isEqualTo(9007199254740993L);
    assertThat(read("{\"a\":-9223372036854775808}").getValue("a")).isEqualTo(Long.MIN_VALUE);
    assertThat(read("{\"a\":9223372036854775808}").getValue("a"))
        .isEqualTo(new BigInteger("9223372036854775808"));
    assertThat(read("{\"a\":1.7976931348623157e308}").getValue("a")).isEqualTo(Double.MAX_VALUE);
    assertThat(read("{\"a\":1e-400}").getValue("a")).isEqualTo(0.0);
    assertThat(read("{\"a\":" + "9".repeat(1000) + "}").getValue("a"))
        .isEqualTo(BigInteger.TEN.pow(1000).subtract(BigInteger.ONE));
  }

  @Test
  void aNumberOfMoreThanAThousandCharactersIsRefused() {
    for (int length : new int[] {1001, 1_000_000}) {
      assertRefused("{\"a\":" + "9".repeat(length) + "}");
      assertRefused("{\"a\":-" + "9".repeat(length) + "}");
      assertRefused("{\"a\":0." + "9".repeat(length) + "}");
      assertRefused("{\"a\":[1e" + "9".repeat(length) + "]}");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e309", "-1e309", "1e400", "1e999999999", "123456789e301", "1.8e308"})
  void aNumberThatIsTooLargeToBeKeptIsRefused(String number) {
    assertRefused("{\"a\":" + number + "}");
    assertRefused("{\"a\":[{\"b\":" + number + "}]}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // a lone continuation, a lone start, an overlong slash, a surrogate, above U+10FFFF,
        // Latin-1
        "80",
        "c3",
        "c0af",
        "e080af",
        "eda080",
        "f4908080",
        "ff",
        "e4"
      })
  void whatIsNotUtf8IsRefused(String hex) {
    Buffer body =
        Buffer.buffer("{\"a\":\"").appendBytes(HexFormat.of().parseHex(hex)).appendString("\"}");
    assertRefused(body);
  }

  @Test
  void utf8OfEveryLengthIsRead() {
    String text = "$ \u00a3 \u20ac \uD834\uDD1E \u0000".replace("\u0000", "\\u0000");
    assertThat(read("{\"a\":\"" + text + "\"}").getString("a"))
        .isEqualTo("$ \u00a3 \u20ac \uD834\uDD1E \u0000");
  }

  @Test
  void aByteOrderMarkIsRefused() {
    // RFC 8259 section 8.1: it must not be there.
    assertRefused("\uFEFF{}");
    assertRefused(Buffer.buffer("{}", "UTF-16"));
    assertRefused(Buffer.buffer("{}", "UTF-16LE"));
    assertRefused(Buffer.buffer("{}", "UTF-32"));
  }
}
