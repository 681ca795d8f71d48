package io.statekeep.store.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.Response;
import java.util.List;
import java.util.function.Supplier;

/** All commands go to the one primary, wherever it is. */
final class PrimaryRouter implements Router {
  private final RedisLinks links;
  private final Locator primary;

  PrimaryRouter(RedisLinks links, Locator primary) {
    this.links = links;
    this.primary = primary;
  }

  @Override
  public Future<Response> send(int slot, Call call) {
    RedisLink link = links.to(primary);
    return call.on(link, false)
        .recover(
            failure ->
                call.isRead() && !(failure instanceof RedisError)
                    ? call.on(link, false).recover(again -> failed(link, again))
                    : failed(link, failure));
  }

  private static Future<Response> failed(RedisLink link, Throwable failure) {
    if (failure instanceof RedisError error && error.kind().equals("READONLY")) {
      // It was the primary when the connection was made, and refuses every write, for good.
      link.renew("the server is a replica");
    }
    return Future.failedFuture(failure);
  }

  @Override
  public Future<List<Response>> sendToAll(Supplier<RedisCommand> command) {
    return send(0, new ReadCall(command)).map(List::of);
  }
}
