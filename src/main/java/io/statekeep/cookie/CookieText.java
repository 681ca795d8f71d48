package io.statekeep.cookie;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * The one encoding by which any text fits a cookie value: UTF-8 bytes outside cookie-octet (RFC
 * 6265bis section 4.1.1), and {@code %} itself, become {@code %XX}.
 */
public final class CookieText {
  private static final char[] HEX = "0123456789ABCDEF".toCharArray();

  private CookieText() {}

  /** Encodes any text. An unpaired surrogate becomes {@code ?}, as in every UTF-8 encoder. */
  public static String encode(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    StringBuilder out = new StringBuilder(bytes.length + 16);
    for (byte b : bytes) {
      char c = (char) (b & 0xFF);
      if (c != '%' && CookieSyntax.isCookieOctet(c)) {
        out.append(c);
      } else {
        out.append('%').append(HEX[c >> 4]).append(HEX[c & 0xF]);
      }
    }
    return out.toString();
  }

  /**
   * Decodes once. A broken escape stays as it is; a value whose bytes are not UTF-8 after decoding
   * is answered as it came, and so is one with a character above U+00FF, which stands for no byte.
   * Never throws.
   */
  public static String decode(String value) {
    if (!isBytes(value)) {
      return value;
    }
    if (value.indexOf('%') < 0) {
      return utf8(value.getBytes(StandardCharsets.ISO_8859_1), value);
    }
    ByteBuffer bytes = ByteBuffer.allocate(value.length());
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      int escaped = c == '%' ? hexByte(value, i + 1) : -1;
      if (escaped >= 0) {
        bytes.put((byte) escaped);
        i += 2;
      } else {
        bytes.put((byte) c);
      }
    }
    byte[] decoded = new byte[bytes.flip().remaining()];
    bytes.get(decoded);
    return utf8(decoded, value);
  }

  private static boolean isBytes(String value) {
    for (int i = 0; i < value.length(); i++) {
      if (value.charAt(i) > 0xFF) {
        return false;
      }
    }
    return true;
  }

  private static String utf8(byte[] bytes, String otherwise) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      return otherwise;
    }
  }

  private static int hexByte(String text, int at) {
    if (at + 2 > text.length()) {
      return -1;
    }
    int high = hexDigit(text.charAt(at));
    int low = hexDigit(text.charAt(at + 1));
    return high < 0 || low < 0 ? -1 : high << 4 | low;
  }

  // Character.digit would take digits of every script.
  private static int hexDigit(char c) {
    return c < 0x80 ? Character.digit(c, 16) : -1;
  }
}
