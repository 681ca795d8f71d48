package io.statekeep.cookie;

import java.time.LocalDate;

/**
 * IMF-fixdate, RFC 9110 section 5.6.7: English and UTC whatever the locale and zone of the process.
 */
final class HttpDate {
  /** Characters of a date. */
  static final int LENGTH = "Thu, 01 Jan 1970 00:00:00 GMT".length();

  // The first day of the epoch was a Thursday.
  private static final String DAYS = "Thu, Fri, Sat, Sun, Mon, Tue, Wed, ";
  private static final String MONTHS =
      " Jan  Feb  Mar  Apr  May  Jun  Jul  Aug  Sep  Oct  Nov  Dec ";
  private static final int NAME = 5;
  private static final long SECONDS_A_DAY = 86_400;
  private static final long START_OF_0000 = -62_167_219_200L;
  private static final long END_OF_9999 = 253_402_300_799L;

  private HttpDate() {}

  /**
   * Writes a date in ASCII and returns where it ends.
   *
   * @param epochSecond of a year from 0 to 9999
   * @throws IllegalArgumentException if it is out of bounds
   */
  static int put(byte[] line, int start, long epochSecond) {
    if (epochSecond < START_OF_0000 || epochSecond > END_OF_9999) {
      throw new IllegalArgumentException("out of an HTTP date's bounds: " + epochSecond);
    }
    long epochDay = Math.floorDiv(epochSecond, SECONDS_A_DAY);
    int second = (int) Math.floorMod(epochSecond, SECONDS_A_DAY);
    LocalDate date = LocalDate.ofEpochDay(epochDay);
    int at = name(line, start, DAYS, (int) Math.floorMod(epochDay, 7L));
    at = two(line, at, date.getDayOfMonth());
    at = name(line, at, MONTHS, date.getMonthValue() - 1);
    at = two(line, at, date.getYear() / 100);
    at = two(line, at, date.getYear() % 100);
    line[at++] = ' ';
    at = two(line, at, second / 3600);
    line[at++] = ':';
    at = two(line, at, second / 60 % 60);
    line[at++] = ':';
    at = two(line, at, second % 60);
    return AsciiText.put(line, at, " GMT");
  }

  private static int name(byte[] line, int at, String names, int index) {
    return AsciiText.put(line, at, names, index * NAME, (index + 1) * NAME);
  }

  private static int two(byte[] line, int at, int number) {
    line[at] = (byte) ('0' + number / 10);
    line[at + 1] = (byte) ('0' + number % 10);
    return at + 2;
  }
}
