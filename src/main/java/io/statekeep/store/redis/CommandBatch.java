package io.statekeep.store.redis;

import io.netty.buffer.ByteBuf;
import io.vertx.core.Promise;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;

/**
 * The commands of one turn of an event loop, written to the connection at once: one system call for
 * all of them here, and one in Redis. Each has its own answer. Not thread-safe.
 */
final class CommandBatch {
  private final List<RedisCommand> commands = new ArrayList<>();
  private final List<Promise<Response>> answers = new ArrayList<>();

  void add(RedisCommand command, Promise<Response> answer) {
    commands.add(command);
    answers.add(answer);
  }

  boolean isEmpty() {
    return commands.isEmpty();
  }

  /** Bytes of all commands. */
  long length() {
    long length = 0;
    for (RedisCommand command : commands) {
      length += command.length();
    }
    return length;
  }

  /** Writes all commands as they go over the wire. */
  void writeTo(ByteBuf out) {
    commands.forEach(command -> command.writeTo(out));
  }

  /** Who waits for an answer, in the order of the commands. */
  List<Promise<Response>> answers() {
    return answers;
  }

  /** Tells every caller that its command was not sent. */
  void refuse(String why) {
    answers.forEach(answer -> answer.tryFail(new NotSentException(why)));
  }
}
