package io.statekeep.store.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.Request;
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
            failure -> {
              if (failure instanceof RedisError error) {
                leaveReplica(link, error);
              } else if (call.isRead()) {
                return call.on(link, false);
              }
              return Future.failedFuture(failure);
            });
  }

  // A replica that was the primary when the connection was made refuses every write, for good.
  private static void leaveReplica(RedisLink link, RedisError error) {
    if (error.kind().equals("READONLY")) {
      link.renew("the server is a replica");
    }
  }

  @Override
  public Future<List<Response>> sendToAll(Supplier<Request> request) {
    return send(0, new ReadCall(request)).map(List::of);
  }
}
