package io.statekeep.cookie;

/** Text of which every character is known to be ASCII. */
final class AsciiText {
  private AsciiText() {}

  /** Writes it and returns where it ends. */
  static int put(byte[] line, int at, String text) {
    return put(line, at, text, 0, text.length());
  }

  /** Writes a part of it and returns where that ends. */
  @SuppressWarnings("deprecation") // By low bytes: there are no others.
  static int put(byte[] line, int at, String text, int start, int end) {
    text.getBytes(start, end, line, at);
    return at + end - start;
  }
}
