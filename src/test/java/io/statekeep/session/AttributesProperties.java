package io.statekeep.session;

import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.session.JsonArbitraries.Space;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Attributes are a map, whatever their names and values look like. */
class AttributesProperties {
  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void anyStepsGiveWhatAMapHolds(@ForAll("steps") List<Step> steps) {
    Map<String, String> model = new LinkedHashMap<>();
    Attributes attributes = Attributes.NONE;
    for (Step step : steps) {
      if (step.value.isPresent()) {
        model.put(step.name, step.value.get());
        attributes = attributes.with(step.name, step.value.get());
      } else {
        model.remove(step.name);
        attributes = attributes.without(step.name);
      }
      assertHolds(attributes, model);
      assertThat(attributes.get(step.name)).isEqualTo(step.value.orElse(null));
    }
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void whatAStoreGivesBackIsWhatItWasGiven(@ForAll("maps") Map<String, String> model) {
    Attributes attributes = attributes(model);
    Attributes stored = Attributes.stored(attributes.toJson());
    assertThat(stored.toJson()).isEqualTo(attributes.toJson());
    assertThat(stored).isEqualTo(attributes);
    assertHolds(stored, model);
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void whatSomebodyWroteByHandIsBroughtIntoForm(
      @ForAll("maps") Map<String, String> model,
      @ForAll("spaces") Space space,
      @ForAll Random random) {
    List<String> members = new ArrayList<>();
    model.forEach((name, value) -> members.add(escaped(name, random) + space.around(":") + value));
    String json = space.around("{", String.join(space.around(","), members), "}");
    Attributes stored = Attributes.stored(json);
    assertHolds(stored, model);
    assertThat(stored).isEqualTo(attributes(model));
    assertThat(stored.toJson()).isEqualTo(attributes(model).toJson());
  }

  @Property(tries = 100, edgeCases = EdgeCasesMode.NONE)
  void whateverItsSizeWhatCanBeWrittenCanBeRead(@ForAll("sizable") Object value) {
    Attributes written = Attributes.NONE.with("a", JsonText.encode(value));
    Attributes stored = Attributes.stored(written.toJson());
    assertThat(stored).isEqualTo(written);
    assertThat(stored.value("a").equals(Optional.of(value))).isTrue();
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void aDamagedTextIsRefusedOrReadAsEverybodyReadsIt(
      @ForAll("maps") Map<String, String> model, @ForAll Random random) {
    StringBuilder json = new StringBuilder(attributes(model).toJson());
    for (int damage = random.nextInt(3); damage >= 0; damage--) {
      damage(json, random);
    }
    Attributes attributes;
    try {
      attributes = Attributes.stored(json.toString());
    } catch (CorruptRecordException refused) {
      assertThat(refused).hasMessage("attributes are not a JSON object").hasNoCause();
      return;
    }
    JsonObject parsed = new JsonObject(json.toString());
    assertThat(attributes.names()).containsExactlyElementsOf(parsed.fieldNames());
    for (String name : parsed.fieldNames()) {
      assertThat(attributes.value(name)).isEqualTo(Optional.ofNullable(parsed.getValue(name)));
    }
    assertThat(Attributes.stored(attributes.toJson()).toJson()).isEqualTo(attributes.toJson());
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void theOrderCountsNeitherForEqualityNorForTheHash(
      @ForAll("maps") Map<String, String> model, @ForAll Random random) {
    Attributes attributes = attributes(model);
    List<Map.Entry<String, String>> shuffled = new ArrayList<>(model.entrySet());
    Collections.shuffle(shuffled, random);
    Attributes other = Attributes.NONE;
    for (Map.Entry<String, String> entry : shuffled) {
      other = other.with(entry.getKey(), entry.getValue());
    }
    assertThat(other).isEqualTo(attributes).hasSameHashCodeAs(attributes);
    for (String name : model.keySet()) {
      assertThat(attributes.without(name)).isNotEqualTo(attributes);
      assertThat(attributes.with(name, "\"another\"")).isNotEqualTo(attributes);
      assertThat(attributes.without(name).with(name, model.get(name)))
          .isEqualTo(attributes)
          .hasSameHashCodeAs(attributes);
    }
  }

  private static void assertHolds(Attributes attributes, Map<String, String> model) {
    assertThat(attributes.names()).containsExactlyElementsOf(model.keySet());
    model.forEach((name, json) -> assertThat(attributes.get(name)).isEqualTo(json));
    Map<String, String> handedOut = new LinkedHashMap<>();
    attributes.forEach(handedOut::put);
    assertThat(handedOut).isEqualTo(model);
    assertThat(attributes.count()).isEqualTo(model.size());
    assertThat(attributes.isEmpty()).isEqualTo(model.isEmpty());
    String json = attributes.toJson();
    assertThat(attributes.bytes()).isEqualTo(json.getBytes(StandardCharsets.UTF_8).length);
    JsonObject parsed = new JsonObject(json);
    assertThat(parsed.fieldNames()).isEqualTo(model.keySet());
    model.forEach(
        (name, value) -> {
          Object decoded = JsonText.decode(value);
          assertThat(parsed.getValue(name)).isEqualTo(decoded);
          assertThat(attributes.value(name)).isEqualTo(Optional.ofNullable(decoded));
        });
  }

  private static Attributes attributes(Map<String, String> model) {
    Attributes attributes = Attributes.NONE;
    for (Map.Entry<String, String> entry : model.entrySet()) {
      attributes = attributes.with(entry.getKey(), entry.getValue());
    }
    return attributes;
  }

  /** The name as a JSON string with more escapes than it needs. */
  private static String escaped(String name, Random random) {
    StringBuilder json = new StringBuilder("\"");
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean needed = c < 0x20 || c == '"' || c == '\\' || Character.isSurrogate(c);
      if (needed || random.nextInt(4) == 0) {
        String hex = String.format(random.nextBoolean() ? "%04x" : "%04X", (int) c);
        json.append(c == '/' ? "\\/" : "\\u" + hex);
      } else {
        json.append(c);
      }
    }
    return json.append('"').toString();
  }

  private static void damage(StringBuilder json, Random random) {
    if (json.isEmpty()) {
      return;
    }
    int at = random.nextInt(json.length());
    String any = "\"\\{}[],:/ a0-.eun\n\u0000\u00e9\ud83d\ude00";
    char c = any.charAt(random.nextInt(any.length()));
    switch (random.nextInt(5)) {
      case 0 -> json.setLength(at);
      case 1 -> json.deleteCharAt(at);
      case 2 -> json.insert(at, c);
      case 3 -> json.setCharAt(at, c);
      default -> json.insert(at, json.substring(random.nextInt(at + 1), at));
    }
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    // Few names, so that most steps meet one that is there.
    return JsonArbitraries.names()
        .list()
        .uniqueElements()
        .ofMinSize(1)
        .ofMaxSize(5)
        .flatMap(
            names ->
                Combinators.combine(Arbitraries.of(names), JsonArbitraries.values().optional(0.7))
                    .as(Step::new)
                    .list()
                    .ofMaxSize(20));
  }

  /** Beyond what JSON readers take unless they are told to. */
  @Provide
  Arbitrary<Object> sizable() {
    Arbitrary<Integer> sizes = Arbitraries.integers().between(900, 70_000);
    return Arbitraries.oneOf(
        sizes.map(digits -> new BigInteger("-" + "7".repeat(digits))),
        sizes.map("x\n"::repeat),
        sizes.map(length -> new JsonObject().put("n".repeat(length), length)),
        sizes.map(digits -> new JsonArray().add(new BigInteger("8".repeat(digits)))),
        sizes.map(length -> nested(length % 200)));
  }

  private static JsonArray nested(int depth) {
    JsonArray value = new JsonArray();
    for (int i = 0; i < depth; i++) {
      value = new JsonArray().add(value);
    }
    return value;
  }

  @Provide
  Arbitrary<Map<String, String>> maps() {
    return Arbitraries.maps(JsonArbitraries.names(), JsonArbitraries.values())
        .ofMaxSize(6)
        .map(LinkedHashMap::new);
  }

  @Provide
  Arbitrary<Space> spaces() {
    return JsonArbitraries.spaces();
  }

  /** One attribute set or, without a value, dropped. */
  record Step(String name, Optional<String> value) {}
}
