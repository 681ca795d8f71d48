package io.statekeep.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AttributesTest {
  private static final Attributes ABC = Attributes.stored("{\"a\":1,\"b\":[2,3],\"c\":\"x\"}");

  @Test
  void thereAreNoneAtFirst() {
    assertThat(Attributes.NONE.isEmpty()).isTrue();
    assertThat(Attributes.NONE.count()).isZero();
    assertThat(Attributes.NONE.names()).isEmpty();
    assertThat(Attributes.NONE.get("a")).isNull();
    assertThat(Attributes.NONE.value("a")).isEmpty();
    assertThat(Attributes.NONE.bytes()).isEqualTo(2);
    assertThat(Attributes.NONE.without("a")).isSameAs(Attributes.NONE);
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "a|{\"b\":[2,3],\"c\":\"x\"}",
        "b|{\"a\":1,\"c\":\"x\"}",
        "c|{\"a\":1,\"b\":[2,3]}",
        "d|{\"a\":1,\"b\":[2,3],\"c\":\"x\"}",
        "x|{\"a\":1,\"b\":[2,3],\"c\":\"x\"}",
      })
  void oneIsDroppedFromAnyPlace(String name, String json) {
    assertThat(ABC.without(name).toJson()).isEqualTo(json);
  }

  @Test
  void oneIsReplacedInItsPlaceAndAddedAtTheEnd() {
    assertThat(ABC.with("b", "null").toJson()).isEqualTo("{\"a\":1,\"b\":null,\"c\":\"x\"}");
    assertThat(ABC.with("d", "{}").toJson())
        .isEqualTo("{\"a\":1,\"b\":[2,3],\"c\":\"x\",\"d\":{}}");
    assertThat(ABC.without("a").without("b").without("c").with("d", "4").toJson())
        .isEqualTo("{\"d\":4}");
  }

  @Test
  void aValueIsDecodedToWhatItIs() {
    JsonObject object =
        new JsonObject()
            .put("text", "x\"y")
            .put("int", 7)
            .put("long", 1L << 40)
            .put("half", 0.5)
            .put("yes", true)
            .put("list", List.of(1, "two"))
            .put("map", Map.of("k", "v"));
    Attributes attributes = Attributes.of(object);
    assertThat(attributes.value("text")).contains("x\"y");
    assertThat(attributes.value("int")).contains(7);
    assertThat(attributes.value("long")).contains(1L << 40);
    assertThat(attributes.value("half")).contains(0.5);
    assertThat(attributes.value("yes")).contains(true);
    assertThat(attributes.value("list")).contains(new JsonArray().add(1).add("two"));
    assertThat(attributes.value("map")).contains(new JsonObject().put("k", "v"));
    assertThat(attributes.count()).isEqualTo(7);
  }

  @Test
  void nullMembersOfAnObjectAreDropped() {
    JsonObject object = new JsonObject().putNull("a").put("b", 1).putNull("c");
    assertThat(Attributes.of(object).toJson()).isEqualTo("{\"b\":1}");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      delimiter = '|',
      value = {
        "{}|{}",
        "` { } `|{}",
        "{ \"a\" : 1 , \"b\" : \"x y\" }|{\"a\":1,\"b\":\"x y\"}",
        "{\"a\":1 }|{\"a\":1}",
        "{\"a\": 1}|{\"a\":1}",
        "{\"\\u0061\\/\":1}|{\"a/\":1}",
        "{\"\\\"\\t\":1.50}|{\"\\\"\\u0009\":1.50}",
        "{\"\\uD83D\":1}|{\"\\ud83d\":1}",
        "{\"\ud83d\":1}|{\"\\ud83d\":1}",
        "{\"\\uD83D\\uDE00\":1}|{\"\ud83d\ude00\":1}",
        "{ \"a\" : null }|{\"a\":null}",
        "{\"a\\\\\":12345678901234567890.123456789}|{\"a\\\\\":12345678901234567890.123456789}",
        "{\"a\":\"\\u0041\"}|{\"a\":\"\\u0041\"}",
      })
  void whatSomebodyWroteByHandIsBroughtIntoForm(String written, String json) {
    Attributes attributes = Attributes.stored(written);
    assertThat(attributes.toJson()).isEqualTo(json);
    for (String name : attributes.names()) {
      assertThat(attributes.get(name)).isNotNull();
      assertThat(attributes.without(name).count()).isEqualTo(attributes.count() - 1);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "null",
        "[]",
        "\"{}\"",
        "{",
        "{\"a\":1",
        "{\"a\":1}}",
        "{\"a\":1} x",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1,\"\\u0061\":2}",
        "{\"a\":{\"b\":1,\"b\":2}}",
        "{\"a\":\"\u0000\"}",
        "{\"a\":NaN}",
        "\u0080\u0005\u0095",
      })
  void aTextThatIsNoObjectIsCorrupt(String json) {
    assertThatThrownBy(() -> Attributes.stored(json))
        .isInstanceOf(CorruptRecordException.class)
        .hasMessage("attributes are not a JSON object");
  }

  @Test
  void aTextTooDeepToReadIsCorrupt() {
    for (String json :
        List.of(
            "{\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}",
            "{ \"a\":" + "[".repeat(1_001) + "]".repeat(1_001) + "}",
            "[".repeat(1_000_000))) {
      assertThatThrownBy(() -> Attributes.stored(json)).isInstanceOf(CorruptRecordException.class);
    }
  }

  @Test
  void aTextOfAnyLengthIsRead() {
    String digits = "9".repeat(100_000);
    assertThat(Attributes.stored("{ \"a\":" + digits + "}").get("a")).isEqualTo(digits);
    String name = "n".repeat(100_000);
    assertThat(Attributes.stored("{ \"" + name + "\":1}").names()).containsExactly(name);
  }

  @Test
  void theOrderDoesNotCount() {
    Attributes one = Attributes.NONE.with("a", "1").with("b", "2");
    Attributes other = Attributes.NONE.with("b", "2").with("a", "1");
    assertThat(one).isEqualTo(other).hasSameHashCodeAs(other);
    assertThat(one).isNotEqualTo(one.with("a", "2")).isNotEqualTo(one.without("a"));
    assertThat(one).isNotEqualTo(Attributes.NONE.with("a", "2").with("b", "1"));
    assertThat(Attributes.NONE).isEqualTo(Attributes.stored(" {} "));
    assertThat(one.equals((Object) one.toJson())).isFalse();
  }

  @Test
  void noTextOfARecordShowsWhatBelongsToTheUser() {
    Attributes attributes = Attributes.NONE.with("secret-name", "\"secret-value\"");
    SessionRecord record =
        SessionRecord.create(new SessionKey("k".repeat(43)), SessionPolicy.DEFAULT, 0)
            .withSubject("secret-subject")
            .withAttributes(attributes);
    List<Object> shown =
        List.of(
            attributes,
            record,
            record.key(),
            new SaveOutcome.Saved(record, true),
            SessionDelta.put("secret-name", "\"secret-value\"").withSeen(record),
            new Page(List.of(record), null));
    for (Object each : shown) {
      assertThat(each.toString()).doesNotContain("secret").doesNotContain("k".repeat(10));
    }
  }
}
