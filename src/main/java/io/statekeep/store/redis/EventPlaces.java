package io.statekeep.store.redis;

import io.statekeep.session.SessionKey;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A cursor: for each stream the number of the last event that was read of it, 0 for none. Its text
 * is the least of them, and of each how much more it is: a few characters, of five bits each, the
 * sixth bit saying that another follows. Not thread-safe.
 */
final class EventPlaces {
  private static final Pattern TEXT = Pattern.compile("([0-9a-z]{1,11})\\.([A-Za-z0-9_-]{1,704})");
  private static final String CHARACTERS =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  private static final int RADIX = 36;
  private static final int BITS = 5;
  private static final int MORE = 1 << BITS;

  private final long[] numbers;

  private EventPlaces(long[] numbers) {
    this.numbers = numbers;
  }

  /** Before the first event of all streams. */
  static EventPlaces beginning(int streams) {
    return new EventPlaces(new long[streams]);
  }

  /** Of a cursor of these streams; null if it is none. */
  static @Nullable EventPlaces of(String cursor, int streams) {
    Matcher matcher = TEXT.matcher(cursor);
    if (!matcher.matches()) {
      return null;
    }
    long least = Long.parseLong(matcher.group(1), RADIX);
    long[] numbers = new long[streams];
    int stream = 0;
    long value = 0;
    int shift = 0;
    for (char c : matcher.group(2).toCharArray()) {
      // The alphabet is that of keys, and what a character stands for, too.
      int bits = SessionKey.partitionOf(String.valueOf(c));
      value |= (long) (bits & (MORE - 1)) << shift;
      shift += BITS;
      if ((bits & MORE) == 0) {
        if (stream == streams || value < 0 || value > Long.MAX_VALUE - least) {
          return null;
        }
        numbers[stream++] = value == 0 ? 0 : least + value - 1;
        value = 0;
        shift = 0;
      } else if (shift > Long.SIZE) {
        return null;
      }
    }
    return stream == streams && shift == 0 ? new EventPlaces(numbers) : null;
  }

  long number(int stream) {
    return numbers[stream];
  }

  void set(int stream, long number) {
    numbers[stream] = number;
  }

  String cursor() {
    long least = Arrays.stream(numbers).filter(number -> number > 0).min().orElse(0);
    StringBuilder text = new StringBuilder(Long.toString(least, RADIX)).append('.');
    for (long number : numbers) {
      long value = number == 0 ? 0 : number - least + 1;
      while (value >= MORE) {
        text.append(CHARACTERS.charAt((int) (value & (MORE - 1)) | MORE));
        value >>>= BITS;
      }
      text.append(CHARACTERS.charAt((int) value));
    }
    return text.toString();
  }
}
