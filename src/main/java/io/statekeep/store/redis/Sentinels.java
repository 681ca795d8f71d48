package io.statekeep.store.redis;

import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import io.vertx.redis.client.Response;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Knows the primary by asking sentinels, one after the other until one answers. What it says may be
 * of yesterday: whoever connects asks the server for its role. Thread-safe.
 */
final class Sentinels implements Locator {
  private static final long MAX_WAIT_MILLIS = 500;

  private final RedisNet net;
  private final ContextInternal context;
  private final List<RedisServer> sentinels;
  private final String name;
  private final RedisServer.Login login;
  private int first;
  // Shared by all event loops that ask at a time.
  private @Nullable Future<RedisServer> asking;

  /**
   * @param address of the sentinels, each with its own user and password; those of the first URL
   *     hold for the servers, too
   */
  Sentinels(RedisNet net, RedisAddress address) {
    this.net = net;
    context = net.vertx().createEventLoopContext();
    List<RedisServer> servers = address.urls().stream().map(RedisServer::of).toList();
    login = servers.get(0).login().toPrimary();
    sentinels =
        servers.stream()
            .map(s -> new RedisServer(s.host(), s.port(), s.login().withoutDatabase()))
            .toList();
    name = address.masterName();
  }

  @Override
  public synchronized Future<RedisServer> locate() {
    Future<RedisServer> shared = asking;
    if (shared == null) {
      shared = ask(first, 0);
      asking = shared;
      shared.onComplete(answered -> forget());
    }
    return shared;
  }

  @Override
  public synchronized Future<RedisServer> locateNow() {
    return ask(first, 0);
  }

  private synchronized void forget() {
    asking = null;
  }

  @Override
  public synchronized void leadsNowhere() {
    first = (first + 1) % sentinels.size();
  }

  private Future<RedisServer> ask(int begin, int asked) {
    int place = (begin + asked) % sentinels.size();
    return ask(sentinels.get(place))
        .onSuccess(primary -> answeredBy(place))
        .recover(
            failure ->
                asked + 1 < sentinels.size()
                    ? ask(begin, asked + 1)
                    : Future.failedFuture(
                        new NotSentException(
                            "no sentinel tells where the primary is; the last one: "
                                + failure.getMessage())));
  }

  private synchronized void answeredBy(int place) {
    first = place;
  }

  private Future<RedisServer> ask(RedisServer sentinel) {
    RedisCommand question = new RedisCommand("SENTINEL").arg("GET-MASTER-ADDR-BY-NAME").arg(name);
    Future<RedisSocket> made = net.connect(context, sentinel);
    return made.compose(socket -> socket.send(context, question))
        .timeout(Math.min(MAX_WAIT_MILLIS, net.timeoutMillis() / 2 + 1), TimeUnit.MILLISECONDS)
        .compose(this::primary)
        .onComplete(answered -> made.onSuccess(RedisSocket::close));
  }

  private Future<RedisServer> primary(@Nullable Response address) {
    if (address == null || address.size() < 2) {
      return Future.failedFuture(new RedisError("it knows no master of the name " + name));
    }
    String host = address.get(0).toString();
    return Future.succeededFuture(new RedisServer(host, address.get(1).toInteger(), login));
  }
}
