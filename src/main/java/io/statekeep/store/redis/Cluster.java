package io.statekeep.store.redis;

import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows which primary of a Redis Cluster holds which slots: asks a node of it when first used, and
 * again when what it knows has turned out to be wrong. Thread-safe.
 */
final class Cluster {
  private static final Logger LOG = LoggerFactory.getLogger(Cluster.class);
  private static final long MAX_WAIT_MILLIS = 500;
  private static final long MIN_AGE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final RedisNet net;
  private final ContextInternal context;
  private final List<RedisServer> seeds;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
  private volatile ClusterMap map = ClusterMap.EMPTY;
  // When the last question that was answered had been asked.
  private long knownAsOf;
  private long askedAt = System.nanoTime() - MIN_AGE_NANOS;
  // Shared by all who ask at a time.
  private @Nullable Future<Void> asking;

  /**
   * @param address of some nodes; user, password and TLS of the first hold for all
   */
  Cluster(RedisNet net, RedisAddress address) {
    this.net = net;
    context = net.vertx().createEventLoopContext();
    RedisServer.Login login = RedisServer.of(address.urls().get(0)).login();
    seeds =
        address.urls().stream()
            .map(RedisServer::of)
            .map(server -> new RedisServer(server.host(), server.port(), login))
            .toList();
  }

  /** Is told, on any thread, whenever other servers than before may be the primaries. */
  void onChange(Runnable listener) {
    listeners.add(listener);
  }

  /** Who holds the slot; null if nobody is known to. */
  @Nullable RedisServer holder(int slot) {
    return map.holder(slot);
  }

  /** Whether every slot has a primary. */
  boolean isWhole() {
    return map.isWhole();
  }

  /** Who holds which keys, as far as is known. */
  synchronized Holders holders(List<Keys> keys) {
    Map<RedisServer, List<Keys>> held = new HashMap<>();
    boolean missing = false;
    for (Keys each : keys) {
      RedisServer holder = holder(each.slot());
      missing |= holder == null;
      if (holder != null) {
        held.computeIfAbsent(holder, server -> new ArrayList<>()).add(each);
      }
    }
    return new Holders(held, missing, knownAsOf);
  }

  Set<RedisServer> primaries() {
    return map.primaries();
  }

  /** A node said that the slot is at that one now. */
  synchronized void moved(int slot, RedisServer to) {
    change(map.with(slot, to));
  }

  private void change(ClusterMap newMap) {
    boolean same = newMap.primaries().equals(map.primaries());
    map = newMap;
    if (!same) {
      listeners.forEach(Runnable::run);
    }
  }

  /** Asks the nodes, unless they were asked just now. Fails if none answers. */
  synchronized Future<Void> refresh() {
    Future<Void> shared = asking;
    if (shared == null) {
      if (System.nanoTime() - askedAt < MIN_AGE_NANOS) {
        return map != ClusterMap.EMPTY
            ? Future.succeededFuture()
            : Future.failedFuture(new NotSentException("no node of the cluster tells its slots"));
      }
      askedAt = System.nanoTime();
      Set<RedisServer> nodes = new LinkedHashSet<>(map.primaries());
      nodes.addAll(seeds);
      shared = ask(new ArrayList<>(nodes), 0);
      asking = shared;
      shared.onComplete(asked -> forget());
    }
    return shared;
  }

  private synchronized void forget() {
    asking = null;
  }

  private Future<Void> ask(List<RedisServer> nodes, int place) {
    RedisServer node = nodes.get(place);
    long begunAt = System.nanoTime();
    return slots(node)
        .<Void>map(
            slots -> {
              know(ClusterMap.of(slots, node), begunAt);
              return null;
            })
        .recover(
            failure -> {
              LOG.debug(
                  "cluster.silent: {} does not tell the slots: {}", node, failure.getMessage());
              return place + 1 < nodes.size()
                  ? ask(nodes, place + 1)
                  : Future.failedFuture(
                      new NotSentException(
                          "no node of the cluster tells its slots; the last one: "
                              + failure.getMessage()));
            });
  }

  private synchronized void know(ClusterMap newMap, long asOf) {
    change(newMap);
    knownAsOf = asOf;
  }

  private Future<Response> slots(RedisServer node) {
    Future<RedisSocket> made = net.connect(context, node);
    return made.compose(socket -> socket.send(context, new RedisCommand("CLUSTER").arg("SLOTS")))
        .timeout(Math.min(MAX_WAIT_MILLIS, net.timeoutMillis() / 2 + 1), TimeUnit.MILLISECONDS)
        .onComplete(answered -> made.onSuccess(RedisSocket::close));
  }
}
