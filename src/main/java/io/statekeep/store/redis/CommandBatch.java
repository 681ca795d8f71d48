package io.statekeep.store.redis;

import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.RequestImpl;
import java.util.ArrayList;
import java.util.List;

/**
 * The commands of one turn of an event loop, written to the connection at once: one system call for
 * all of them here, and one in Redis. Each has its own answer. Not thread-safe.
 */
final class CommandBatch {
  private final List<Buffer> texts = new ArrayList<>();
  private final List<Promise<Response>> answers = new ArrayList<>();

  void add(Request request, Promise<Response> answer) {
    texts.add(((RequestImpl) request).encode());
    answers.add(answer);
  }

  boolean isEmpty() {
    return texts.isEmpty();
  }

  /** All commands, as they go over the wire. */
  Buffer text() {
    if (texts.size() == 1) {
      return texts.get(0);
    }
    Buffer all = Buffer.buffer(texts.stream().mapToInt(Buffer::length).sum());
    texts.forEach(all::appendBuffer);
    return all;
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
