package io.statekeep.cookie;

/** Text of which every character is known to be ASCII. */
final class AsciiText {
  private AsciiText() {}

  /** Writes it and returns where it ends. */
  @SuppressWarnings("deprecation") // By low bytes: there are no others.
  static int put(byte[] line, int at, String text) {
    text.getBytes(0, text.length(), line, at);
    return at + text.length();
  }
}
