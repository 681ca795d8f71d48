package io.statekeep.service.config;

import static io.statekeep.service.config.Given.environment;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.schema.FailsafeSchema;

/** The file and the page that say what every key is for. */
class ConfigFileTest {
  private static final Path FILE = Path.of("conf/statekeep.yaml");
  private static final Path PAGE = Path.of("docs/configuration.md");
  private static final Pattern ROW =
      Pattern.compile(
          "^\\| `([^`]+)` \\| `([^`]+)` \\| `([^`]*)` \\| (.*) \\|$", Pattern.MULTILINE);

  private static Map<String, String> defaults() {
    return Arrays.stream(ConfigKey.values())
        .collect(Collectors.toMap(ConfigKey::path, ConfigKey::defaultText));
  }

  @Test
  void theFileHasEveryKeyWithItsDefaultAndNoOther() throws IOException {
    // Every scalar as text.
    LoadSettings texts = LoadSettings.builder().setSchema(new FailsafeSchema()).build();
    Object entries = new Load(texts).loadFromString(Files.readString(FILE));
    assertThat(entries).isEqualTo(defaults());
  }

  @Test
  void theFileAsItIsGivesExactlyTheDefaults() {
    assertThat(Config.load(FILE, environment())).isEqualTo(Config.load(null, environment()));
  }

  @Test
  void everyKeyOfTheFileIsExplainedAboveIt() throws IOException {
    List<String> lines = Files.readAllLines(FILE);
    for (int i = 0; i < lines.size(); i++) {
      if (lines.get(i).matches("[a-z].*:.*")) {
        assertThat(lines.get(i - 1)).as("above " + lines.get(i)).matches("# .{10,}");
      }
    }
  }

  @Test
  void thePageHasARowForEveryKeyAndNoOther() throws IOException {
    Map<String, String> rows = new HashMap<>();
    for (MatchResult row : ROW.matcher(Files.readString(PAGE)).results().toList()) {
      String key = row.group(1);
      String variable = key.replaceAll("[.-]", "_").toUpperCase(Locale.ROOT);
      assertThat(row.group(2)).isEqualTo("STATEKEEP_" + variable);
      assertThat(row.group(4)).as(key).isNotBlank();
      assertThat(rows.put(key, row.group(3))).as("another row for " + key).isNull();
    }
    assertThat(rows).isEqualTo(defaults());
  }
}
