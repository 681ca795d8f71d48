package io.statekeep.store.redis;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * A command with its arguments, written as the server reads it (RESP: an array of bulk strings)
 * into the buffer that goes to the network, without a copy in between. Not thread-safe.
 */
final class RedisCommand {
  private static final int CR_LF = '\r' << 8 | '\n';

  private final List<String> words = new ArrayList<>(16);

  RedisCommand(String name) {
    words.add(name);
  }

  RedisCommand arg(String word) {
    words.add(Objects.requireNonNull(word));
    return this;
  }

  RedisCommand arg(long number) {
    words.add(Long.toString(number));
    return this;
  }

  void writeTo(ByteBuf out) {
    writeHead(out, '*', words.size());
    for (String word : words) {
      int length = ByteBufUtil.utf8Bytes(word);
      writeHead(out, '$', length);
      ByteBufUtil.reserveAndWriteUtf8(out, word, length);
      out.writeShort(CR_LF);
    }
  }

  private static void writeHead(ByteBuf out, char type, int number) {
    out.writeByte(type);
    if (number < 10) {
      out.writeByte('0' + number);
    } else if (number < 100) {
      out.writeByte('0' + number / 10).writeByte('0' + number % 10);
    } else {
      out.writeCharSequence(Integer.toString(number), StandardCharsets.US_ASCII);
    }
    out.writeShort(CR_LF);
  }
}
