package io.statekeep.service.config;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Turns texts into values, and collects what is wrong with them instead of stopping at the first.
 */
final class ConfigReader {
  private static final String NONE = "none";
  private static final String AUTO = "auto";
  private static final Pattern QUANTITY = Pattern.compile("(\\d{1,15})\\s*([A-Za-z]*)");

  private final Map<ConfigKey, String> values;
  private final List<String> problems = new ArrayList<>();

  ConfigReader(Map<ConfigKey, String> values) {
    this.values = values;
  }

  List<String> problems() {
    return problems;
  }

  void problem(ConfigKey key, String bound) {
    problems.add(key.path() + " = " + shown(key) + ": " + bound);
  }

  private String shown(ConfigKey key) {
    return values.containsKey(key) ? key.masked(text(key)) : key.defaultText();
  }

  String text(ConfigKey key) {
    return values.getOrDefault(key, key.defaultText());
  }

  /** Empty for {@code none} and for an empty value. */
  Optional<String> optional(ConfigKey key) {
    return Optional.of(text(key)).filter(text -> !text.isBlank() && !text.equals(NONE));
  }

  String nonEmpty(ConfigKey key) {
    if (text(key).isBlank()) {
      problem(key, "must not be empty");
    }
    return text(key);
  }

  List<String> list(ConfigKey key) {
    return optional(key).stream()
        .flatMap(text -> Arrays.stream(text.split(",", -1)))
        .map(String::strip)
        .toList();
  }

  int integer(ConfigKey key, int least, int most) {
    String text = text(key);
    if (text.matches("\\d{1,10}")) {
      long value = Long.parseLong(text);
      if (value >= least && value <= most) {
        return (int) value;
      }
    }
    problem(key, "must be a whole number in " + least + ".." + most);
    return least;
  }

  /** Empty for {@code auto}. */
  Optional<Integer> integerOrAuto(ConfigKey key, int least, int most) {
    return text(key).equals(AUTO) ? Optional.empty() : Optional.of(integer(key, least, most));
  }

  boolean flag(ConfigKey key) {
    return choice(key, Map.of("true", true, "false", false));
  }

  /** Empty for {@code auto}. */
  Optional<Boolean> flagOrAuto(ConfigKey key) {
    return choice(
        key,
        Map.of("true", Optional.of(true), "false", Optional.of(false), AUTO, Optional.empty()));
  }

  <T> T choice(ConfigKey key, Map<String, T> choices) {
    T value = choices.get(text(key).toLowerCase(Locale.ROOT));
    if (value != null) {
      return value;
    }
    problem(key, "must be one of " + choices.keySet().stream().sorted().toList());
    // The default, so that the other checks are those of a known configuration.
    return Objects.requireNonNull(choices.get(key.defaultText().toLowerCase(Locale.ROOT)));
  }

  Duration duration(ConfigKey key, Duration least, Duration most) {
    Duration value = durationOf(text(key));
    if (value != null && value.compareTo(least) >= 0 && value.compareTo(most) <= 0) {
      return value;
    }
    problem(
        key,
        "must be a duration such as 500ms, 90s, 30m, 12h or 14d, from "
            + shown(least)
            + " to "
            + shown(most));
    return least;
  }

  private static String shown(Duration bound) {
    long millis = bound.toMillis();
    if (millis % 1000 != 0) {
      return millis + "ms";
    }
    if (bound.isZero() || bound.toMinutesPart() + bound.toSecondsPart() > 0) {
      return bound.toSeconds() + "s";
    }
    return bound.toHoursPart() > 0 || bound.toDays() == 0
        ? bound.toHours() + "h"
        : bound.toDays() + "d";
  }

  private static @Nullable Duration durationOf(String text) {
    Matcher matcher = QUANTITY.matcher(text);
    if (!matcher.matches()) {
      return null;
    }
    long count = Long.parseLong(matcher.group(1));
    try {
      return switch (matcher.group(2)) {
        case "ms" -> Duration.ofMillis(count);
        case "", "s" -> Duration.ofSeconds(count);
        case "m" -> Duration.ofMinutes(count);
        case "h" -> Duration.ofHours(count);
        case "d" -> Duration.ofDays(count);
        default -> null;
      };
    } catch (ArithmeticException e) {
      return null;
    }
  }

  /** Bytes. */
  long size(ConfigKey key, long least, long most) {
    Matcher matcher = QUANTITY.matcher(text(key));
    long unit =
        !matcher.matches()
            ? 0
            : switch (matcher.group(2)) {
              case "", "B" -> 1;
              case "KiB" -> 1L << 10;
              case "MiB" -> 1L << 20;
              case "GiB" -> 1L << 30;
              default -> 0;
            };
    if (unit > 0) {
      long count = Long.parseLong(matcher.group(1));
      if (count >= least / unit && count <= most / unit && count * unit >= least) {
        return count * unit;
      }
    }
    problem(
        key,
        "must be a size such as 4096, 64KiB or 512MiB, from " + least + " to " + most + " bytes");
    return least;
  }

  /** Bytes, or this for {@code auto}. */
  long sizeOrAuto(ConfigKey key, long least, long most, long auto) {
    return text(key).equals(AUTO) ? auto : size(key, least, most);
  }

  /**
   * Anything that is read by a function which throws {@link IllegalArgumentException} with the
   * bound.
   */
  <T> Optional<T> parsed(ConfigKey key, Function<String, T> parser) {
    return optional(key).flatMap(text -> parsed(key, text, parser));
  }

  /** This text of the key, read by such a function. */
  <T> Optional<T> parsed(ConfigKey key, String text, Function<String, T> parser) {
    try {
      return Optional.of(parser.apply(text));
    } catch (IllegalArgumentException e) {
      problem(key, String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }
}
