package io.statekeep.store.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** How commands go over the wire. */
class RedisCommandTest {
  private static String written(RedisCommand command) {
    ByteBuf out = Unpooled.buffer(1);
    command.writeTo(out);
    assertThat(out.readableBytes()).isEqualTo(command.length());
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void lengthsAreCountedInBytes() {
    assertThat(written(new RedisCommand("GET").arg("\u00fc\u20ac\ud83d\ude00")))
        .isEqualTo("*2\r\n$3\r\nGET\r\n$9\r\n\u00fc\u20ac\ud83d\ude00\r\n");
    // Half a pair has no form in UTF-8.
    assertThat(written(new RedisCommand("GET").arg("\ud83d")))
        .isEqualTo("*2\r\n$3\r\nGET\r\n$1\r\n?\r\n");
    assertThat(written(new RedisCommand("GET").arg("").arg(-7)))
        .isEqualTo("*3\r\n$3\r\nGET\r\n$0\r\n\r\n$2\r\n-7\r\n");
  }

  @Test
  void countsAndLengthsMayBeOfAnySize() {
    for (int length : new int[] {9, 10, 99, 100, 12_345}) {
      String word = "x".repeat(length);
      assertThat(written(new RedisCommand(word)))
          .isEqualTo("*1\r\n$" + length + "\r\n" + word + "\r\n");
    }
    for (int count : new int[] {9, 10, 99, 100, 1234}) {
      RedisCommand command = new RedisCommand("a");
      for (int i = 1; i < count; i++) {
        command.arg("a");
      }
      assertThat(written(command)).isEqualTo("*" + count + "\r\n" + "$1\r\na\r\n".repeat(count));
    }
  }

  @Test
  void aWordThatIsMissingIsRefusedBeforeAnythingIsSent() {
    assertThatThrownBy(() -> new RedisCommand("GET").arg((String) null))
        .isInstanceOf(NullPointerException.class);
  }

  @Test
  void partsOfOneArgumentHaveTheirLengthInBytesInFront() {
    PackedArgument packed = new PackedArgument().add("a:b").add("\u00fc").add(12).add("");
    assertThat(packed).hasToString("3:a:b2:\u00fc2:120:");
  }
}
