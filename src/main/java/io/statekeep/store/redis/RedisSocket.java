package io.statekeep.store.redis;

import io.netty.buffer.ByteBuf;
import io.statekeep.session.SessionStoreException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import io.vertx.redis.client.impl.ParserHandler;
import io.vertx.redis.client.impl.RESPParser;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a server. Many commands are written at once, and yet each has an answer of its
 * own: an error of one costs no other its answer, which the batches of the client's library do.
 * Lives on its event loop.
 */
final class RedisSocket implements ParserHandler {
  private static final int MAX_NESTED_ARRAYS = 32;
  private static final int MAX_WAITING = 16 * 1024;

  private final NetSocketInternal socket;
  private final Deque<Promise<Response>> waiting = new ArrayDeque<>();
  private Consumer<String> listener = why -> {};
  private Consumer<Response> pushes = push -> {};
  private long waitingSince = System.nanoTime();
  private boolean heard;
  private @Nullable String ended;

  RedisSocket(NetSocket socket) {
    this.socket = (NetSocketInternal) socket;
    socket.handler(new RESPParser(this, MAX_NESTED_ARRAYS));
    socket.exceptionHandler(this::fail);
    socket.closeHandler(v -> end("closed by Redis"));
  }

  /** Who is told, once, that and why the connection is over. */
  void onEnd(Consumer<String> newListener) {
    listener = newListener;
    heard = false;
    if (ended != null) {
      newListener.accept(ended);
    }
  }

  /** Who hears what nobody asked for: the server tells it in RESP3, between answers. */
  void onPush(Consumer<Response> newListener) {
    pushes = newListener;
  }

  Future<Response> send(ContextInternal context, RedisCommand command) {
    CommandBatch one = new CommandBatch();
    Promise<Response> answer = context.promise();
    one.add(command, answer);
    send(one);
    return answer.future();
  }

  /** Writes all commands; each answer comes by itself. */
  void send(CommandBatch batch) {
    if (ended != null || waiting.size() + batch.answers().size() > MAX_WAITING) {
      batch.refuse(ended != null ? "no connection to Redis" : "too many commands wait for Redis");
      return;
    }
    ByteBuf text = text(batch);
    if (text == null) {
      batch.refuse("no memory for commands to Redis");
      return;
    }
    if (waiting.isEmpty()) {
      waitingSince = System.nanoTime();
    }
    waiting.addAll(batch.answers());
    // Not by the socket's own queue, which does not release what it still holds at its end.
    socket
        .channelHandlerContext()
        .writeAndFlush(text)
        .addListener(
            written -> {
              if (!written.isSuccess()) {
                fail(written.cause());
              }
            });
  }

  // Whole, or null: of half a command nobody could tell whose the next answer is.
  private @Nullable ByteBuf text(CommandBatch batch) {
    long length = batch.length();
    if (length > Integer.MAX_VALUE) {
      return null;
    }
    ByteBuf text = null;
    try {
      text = socket.channelHandlerContext().alloc().directBuffer((int) length);
      batch.writeTo(text);
      return text;
    } catch (OutOfMemoryError e) {
      if (text != null) {
        text.release();
      }
      return null;
    }
  }

  @Override
  public void handle(@Nullable Response answer) {
    if (answer != null && answer.type() == ResponseType.PUSH) {
      pushes.accept(answer);
      return;
    }
    Promise<Response> caller = waiting.poll();
    waitingSince = System.nanoTime();
    heard = true;
    if (caller == null) {
      fail(new IllegalStateException("an answer to no command"));
    } else if (answer != null && answer.type() == ResponseType.ERROR) {
      caller.tryFail(new RedisError(answer.toString()));
    } else {
      caller.tryComplete(answer);
    }
  }

  @Override
  public void fail(Throwable failure) {
    end(String.valueOf(failure.getMessage()));
    socket.close();
  }

  /** How long the oldest command has waited while the server said nothing, in milliseconds. */
  long silentMillis() {
    return waiting.isEmpty() ? 0 : TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - waitingSince);
  }

  /** Whether the server has answered anything since {@link #onEnd}. */
  boolean heard() {
    return heard;
  }

  boolean isIdle() {
    return waiting.isEmpty();
  }

  private void end(String why) {
    if (ended != null) {
      return;
    }
    ended = why;
    SessionStoreException lost =
        new SessionStoreException(
            "Redis did not carry out a command: connection lost", new IllegalStateException(why));
    listener.accept(why);
    // After the listener: whoever hears of it may send again, and must meet another connection.
    while (!waiting.isEmpty()) {
      waiting.remove().tryFail(lost);
    }
  }

  void close() {
    end("closed");
    socket.close();
  }
}
