package io.statekeep.store.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.Response;
import java.util.function.Supplier;

/** A command that changes nothing. */
record ReadCall(Supplier<RedisCommand> command) implements Router.Call {
  @Override
  public Future<Response> on(RedisLink link, boolean asking) {
    return asking ? link.sendAsking(command.get()) : link.send(command.get());
  }

  @Override
  public boolean isRead() {
    return true;
  }

  @Override
  public boolean mayAsk() {
    return true;
  }
}
