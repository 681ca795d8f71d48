package io.statekeep.service.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How durations and sizes are read. */
class QuantityTest {
  private static final Duration LONGEST = Duration.ofDays(36_500);
  private static final long LARGEST = 1L << 50;

  private static ConfigReader reader(ConfigKey key, String text) {
    return new ConfigReader(Map.of(key, text));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "0ms, 0",
    "0d, 0",
    "1, 1000",
    "90, 90000",
    "007, 7000",
    "500ms, 500",
    "90s, 90000",
    "30m, 1800000",
    "12h, 43200000",
    "14d, 1209600000",
    "'14 d', 1209600000",
    "36500d, 3153600000000",
    "876000h, 3153600000000",
    "3153600000000ms, 3153600000000"
  })
  void aDurationIsANumberAndAUnit(String text, long millis) {
    ConfigReader reader = reader(ConfigKey.SESSION_TOUCH_INTERVAL, text);
    assertThat(reader.duration(ConfigKey.SESSION_TOUCH_INTERVAL, Duration.ZERO, LONGEST))
        .isEqualTo(Duration.ofMillis(millis));
    assertThat(reader.problems()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "s",
        "-1s",
        "+1s",
        "1.5h",
        "1,5h",
        "1e3",
        "1S",
        "1MS",
        "1M",
        "1us",
        "1w",
        "1y",
        "1 h 30 m",
        "1h30m",
        "PT1H",
        " 1s",
        "1s ",
        "\u0661s",
        "none",
        "auto",
        "36501d",
        "3153600000001ms",
        "999999999999999d",
        "9999999999999999s",
        "999999999999999999999999999999"
      })
  void anythingElseIsNoDuration(String text) {
    ConfigReader reader = reader(ConfigKey.SESSION_TOUCH_INTERVAL, text);
    reader.duration(ConfigKey.SESSION_TOUCH_INTERVAL, Duration.ZERO, LONGEST);
    assertThat(reader.problems())
        .containsExactly(
            "session.touch-interval = "
                + text
                + ": must be a duration such as 500ms, 90s, 30m, 12h or 14d, from 0s to 36500d");
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "4096, 4096",
    "4096B, 4096",
    "64KiB, 65536",
    "'64 KiB', 65536",
    "16MiB, 16777216",
    "2GiB, 2147483648",
    "1048576GiB, 1125899906842624"
  })
  void aSizeIsANumberAndAUnit(String text, long bytes) {
    ConfigReader reader = reader(ConfigKey.LAYERED_MAX_BYTES, text);
    assertThat(reader.size(ConfigKey.LAYERED_MAX_BYTES, 0, LARGEST)).isEqualTo(bytes);
    assertThat(reader.problems()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "KiB",
        "-1",
        "+1",
        "1.5KiB",
        "1KB",
        "1K",
        "1kib",
        "1Mi",
        "1TiB",
        "1e6",
        "0x10",
        " 1",
        "none",
        "1125899906842625",
        "1048577GiB",
        "999999999999999GiB",
        "999999999999999999999999999999"
      })
  void anythingElseIsNoSize(String text) {
    ConfigReader reader = reader(ConfigKey.LAYERED_MAX_BYTES, text);
    reader.size(ConfigKey.LAYERED_MAX_BYTES, 0, LARGEST);
    assertThat(reader.problems())
        .containsExactly(
            "layered.max-bytes = "
                + text
                + ": must be a size such as 4096, 64KiB or 512MiB, from 0 to 1125899906842624"
                + " bytes");
  }

  @Test
  void theLeastSizeIsABoundInBytesWhateverTheUnit() {
    ConfigReader reader = reader(ConfigKey.LOCAL_MAX_BYTES, "1KiB");
    reader.size(ConfigKey.LOCAL_MAX_BYTES, 1025, LARGEST);
    assertThat(reader.problems()).hasSize(1);
  }
}
