package io.statekeep.cookie;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.statekeep.testing.Keys;
import io.statekeep.testing.ManualClock;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Two million characters, made to be slow to read: what takes quadratic time would not be done
 * within a day. The bound is only a guard against hanging.
 */
class LinearTimeTest {
  private static final int LENGTH = 2_000_000;
  private static final Duration GUARD = Duration.ofSeconds(60);

  static Stream<String> units() {
    return Stream.of(
        ";",
        "=",
        "\"",
        "\\",
        "$",
        " ",
        "\t",
        "a",
        "%",
        "%4",
        "%41",
        ".",
        ",",
        "\u00ff",
        "a=;",
        "a= ;",
        "a=\"",
        "a=\\\"",
        "=;",
        "= ",
        " =",
        "; ",
        " ;",
        ";;=",
        "a=b=",
        "\\;",
        "\";",
        "$a=;",
        "\t \t",
        "a=1; b=2; ");
  }

  static Stream<String> longLines() {
    return Stream.of(
            units().map(unit -> unit.repeat(LENGTH / unit.length())),
            units().map(unit -> "a=" + unit.repeat(LENGTH / unit.length()) + "; z=1"),
            Stream.of(
                " ".repeat(LENGTH) + "a=1",
                "a" + " ".repeat(LENGTH) + "=1",
                "a=" + " ".repeat(LENGTH) + "1",
                mixed(";=\"\\$ \ta", 1),
                mixed("; \t=", 2),
                mixed("%4aF;", 3)))
        .flatMap(lines -> lines);
  }

  @ParameterizedTest(name = "{index}")
  @MethodSource("longLines")
  void cookiesOfALongLineAreReadInOnePass(String line) {
    assertTimeoutPreemptively(GUARD, () -> readEverything(RequestCookies.of(line), line));
  }

  @ParameterizedTest(name = "{index}")
  @MethodSource("units")
  void cookiesOfManyLinesAreReadInOnePass(String line) {
    List<String> lines = Collections.nCopies(LENGTH / line.length(), line);
    assertTimeoutPreemptively(GUARD, () -> readEverything(RequestCookies.of(lines), line));
  }

  @ParameterizedTest(name = "{index}")
  @MethodSource("longLines")
  void aLongValueIsDecodedAndEncodedInOnePass(String value) {
    assertTimeoutPreemptively(
        GUARD,
        () -> {
          CookieText.decode(value);
          assertThat(CookieText.decode(CookieText.encode(value)).equals(value)).isTrue();
        });
  }

  @ParameterizedTest(name = "{index}")
  @MethodSource("longLines")
  void aLongValueIsRefusedInOnePass(String value) {
    ManualClock clock = new ManualClock();
    SignedCookies signed = new SignedCookies(Keys.RING, "test", Duration.ofDays(1), clock);
    EncryptedCookies encrypted =
        new EncryptedCookies(Keys.RING, "test", Duration.ofDays(1), clock, new SecureRandom());
    assertTimeoutPreemptively(
        GUARD,
        () -> {
          for (String text : List.of(value, signed.sign("a", "b") + value, "e1.a." + value)) {
            assertThat(signed.verify("a", text)).isEmpty();
            assertThat(encrypted.decrypt("a", text)).isEmpty();
          }
        });
  }

  private static void readEverything(RequestCookies cookies, String line) {
    List<Cookie> list = cookies.toList();
    assertThat(list).hasSizeLessThanOrEqualTo(RequestCookies.MAX_PAIRS);
    assertThat(cookies.ignored()).isNotNegative();
    assertThat(cookies.first(line)).isNull();
    assertThat(cookies.all(line)).isEmpty();
    long named = list.stream().filter(cookie -> cookie.name().equals("a")).count();
    assertThat(cookies.all("a")).hasSize((int) named);
    assertThat(cookies.first("a") == null).isEqualTo(named == 0);
  }

  private static String mixed(String alphabet, long seed) {
    Random random = new Random(seed);
    StringBuilder text = new StringBuilder(LENGTH);
    for (int i = 0; i < LENGTH; i++) {
      text.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return text.toString();
  }
}
