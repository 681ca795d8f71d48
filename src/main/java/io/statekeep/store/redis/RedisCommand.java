package io.statekeep.store.redis;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A command with its arguments as the server reads it (RESP: an array of bulk strings). Not
 * thread-safe.
 */
final class RedisCommand {
  // What most commands need.
  private static final int BYTES = 512;

  // A sign, the digits of a length, the end of the line.
  private static final int MAX_HEAD = 1 + 10 + 2;

  // How many arguments there are is known last, and comes first.
  private byte[] bytes = new byte[BYTES];
  private int end = MAX_HEAD;
  private int words;

  RedisCommand(String name) {
    arg(name);
  }

  RedisCommand arg(String word) {
    byte[] text = word.getBytes(StandardCharsets.UTF_8);
    int needed = end + MAX_HEAD + text.length + 2;
    if (needed > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(needed, 2 * bytes.length));
    }
    int headLength = headLength(text.length);
    writeHead(end, '$', text.length, headLength);
    System.arraycopy(text, 0, bytes, end + headLength, text.length);
    end += headLength + text.length;
    writeLineEnd(end);
    end += 2;
    words++;
    return this;
  }

  RedisCommand arg(long number) {
    return arg(Long.toString(number));
  }

  /** Bytes that are written. */
  int length() {
    return end - MAX_HEAD + headLength(words);
  }

  void writeTo(ByteBuf out) {
    int headLength = headLength(words);
    int start = MAX_HEAD - headLength;
    writeHead(start, '*', words, headLength);
    out.writeBytes(bytes, start, end - start);
  }

  private static int headLength(int number) {
    int digits = 1;
    for (int rest = number / 10; rest > 0; rest /= 10) {
      digits++;
    }
    return 1 + digits + 2;
  }

  private void writeHead(int at, char type, int number, int length) {
    bytes[at] = (byte) type;
    int rest = number;
    for (int i = at + length - 3; i > at; i--) {
      bytes[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    writeLineEnd(at + length - 2);
  }

  private void writeLineEnd(int at) {
    bytes[at] = '\r';
    bytes[at + 1] = '\n';
  }
}
