package io.statekeep.store.redis;

import io.netty.channel.EventLoop;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.internal.ContextInternal;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The connections of a store: one for each event loop that asks and each server. Thread-safe. */
final class RedisLinks {
  private final RedisNet net;
  private final Map<EventLoop, Map<Locator, RedisLink>> links = new ConcurrentHashMap<>();

  RedisLinks(RedisNet net) {
    this.net = net;
  }

  /** The calling event loop's connection to this server. */
  RedisLink to(Locator where) {
    EventLoop loop = net.vertx().getOrCreateContext().nettyEventLoop();
    Map<Locator, RedisLink> mine = links.get(loop);
    if (mine == null) {
      mine = links.computeIfAbsent(loop, l -> new ConcurrentHashMap<>());
    }
    RedisLink link = mine.get(where);
    return link != null ? link : mine.computeIfAbsent(where, w -> newLink(loop, w));
  }

  private RedisLink newLink(EventLoop loop, Locator where) {
    ContextInternal context =
        net.vertx()
            .contextBuilder()
            .withThreadingModel(ThreadingModel.EVENT_LOOP)
            .withEventLoop(loop)
            .build();
    return new RedisLink(context, net, where);
  }

  /** Lets all connections go but those to these servers. */
  void keepOnly(Set<RedisServer> servers) {
    for (Map<Locator, RedisLink> each : links.values()) {
      each.forEach(
          (where, link) -> {
            if (where instanceof RedisServer server && !servers.contains(server)) {
              each.remove(where, link);
              link.rest();
            }
          });
    }
  }

  Future<Void> close() {
    return Future.join(
            links.values().stream()
                .flatMap(each -> each.values().stream())
                .map(RedisLink::close)
                .toList())
        .mapEmpty();
  }
}
