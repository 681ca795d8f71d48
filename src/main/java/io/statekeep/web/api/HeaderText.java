package io.statekeep.web.api;

import java.nio.charset.StandardCharsets;

/** Text as a header's value: percent-encoded UTF-8 where it is not ASCII. */
final class HeaderText {
  private static final String HEX = "0123456789ABCDEF";

  private HeaderText() {}

  /**
   * The text with every byte encoded that is not visible ASCII; and the percent sign, so that there
   * is one way back. Spaces stay but at the ends, where a header would lose them.
   */
  static String encode(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    StringBuilder out = new StringBuilder(bytes.length);
    for (int i = 0; i < bytes.length; i++) {
      byte b = bytes[i];
      boolean inner = i > 0 && i < bytes.length - 1;
      if ((b > ' ' && b < 0x7F && b != '%') || (b == ' ' && inner)) {
        out.append((char) b);
      } else {
        out.append('%').append(HEX.charAt((b >> 4) & 0xF)).append(HEX.charAt(b & 0xF));
      }
    }
    return out.toString();
  }
}
