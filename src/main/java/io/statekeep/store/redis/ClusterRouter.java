package io.statekeep.store.redis;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.redis.client.Response;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Commands go to the primary that holds their slot. Redirects are followed, and what is not
 * possible while a slot moves is tried again until the deadline. A command whose fate is not known
 * is sent again only if it changes nothing.
 */
final class ClusterRouter implements Router {
  private static final int MAX_REDIRECTS = 8;
  private static final long MIN_PAUSE_MILLIS = 10;
  private static final long MAX_PAUSE_MILLIS = 200;
  // A script came upon a key that has gone to the other server already; see common.lua.
  private static final String OUT_OF_REACH = "access a non local key";

  private final RedisNet net;
  private final RedisLinks links;
  private final Cluster cluster;

  ClusterRouter(RedisNet net, RedisLinks links, Cluster cluster) {
    this.net = net;
    this.links = links;
    this.cluster = cluster;
  }

  @Override
  public Future<Response> send(int slot, Call call) {
    return new Sending(slot, call).toHolder();
  }

  @Override
  public Future<List<Response>> sendToAll(Supplier<RedisCommand> command) {
    return refresh().compose(known -> sendToKnown(command));
  }

  private Future<List<Response>> sendToKnown(Supplier<RedisCommand> command) {
    if (!cluster.isWhole()) {
      return Future.failedFuture(new RedisError("CLUSTERDOWN slots without a primary"));
    }
    ReadCall call = new ReadCall(command);
    List<Future<Response>> answers =
        cluster.primaries().stream()
            .map(links::to)
            .map(link -> call.on(link, false).recover(failure -> call.on(link, false)))
            .toList();
    return Future.all(answers).map(all -> answers.stream().map(Future::result).toList());
  }

  // Answers the caller where the caller is.
  private Future<Void> refresh() {
    Promise<Void> mine = net.vertx().promise();
    cluster.refresh().onComplete(mine);
    return mine.future();
  }

  /** One command on its way. */
  private final class Sending {
    private final int slot;
    private final Call call;
    private final long giveUpAt =
        System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(net.timeoutMillis());
    private int redirects;
    private long pauseMillis = MIN_PAUSE_MILLIS;
    private boolean repeated;

    Sending(int slot, Call call) {
      this.slot = slot;
      this.call = call;
    }

    Future<Response> toHolder() {
      RedisServer holder = cluster.holder(slot);
      if (holder != null) {
        return to(holder, false);
      }
      return refresh()
          .compose(
              known -> {
                RedisServer found = cluster.holder(slot);
                return found != null
                    ? to(found, false)
                    : later(new RedisError("CLUSTERDOWN a slot without a primary"));
              });
    }

    private Future<Response> to(RedisServer node, boolean asking) {
      return call.on(links.to(node), asking).recover(failure -> again(node, failure));
    }

    private Future<Response> again(RedisServer node, Throwable failure) {
      if (failure instanceof RedisError error) {
        return refused(node, error);
      }
      // Nobody knows what became of a command that was sent.
      boolean safe = failure instanceof NotSentException || call.isRead();
      Future<Void> refreshed = refresh();
      if (!safe || repeated) {
        return Future.failedFuture(failure);
      }
      repeated = true;
      return refreshed.compose(known -> toHolder());
    }

    private Future<Response> refused(RedisServer node, RedisError error) {
      Redirect redirect = Redirect.of(error);
      if (redirect != null && redirects++ < MAX_REDIRECTS) {
        RedisServer other = redirect.from(node);
        if (redirect.moved()) {
          cluster.moved(slot, other);
          cluster.refresh();
          return to(other, false);
        }
        if (call.mayAsk()) {
          return to(other, true);
        }
      }
      if (error.is("CLUSTERDOWN")) {
        cluster.refresh();
      }
      boolean passes =
          redirect != null
              || error.is("TRYAGAIN")
              || error.is("CLUSTERDOWN")
              || error.text().contains(OUT_OF_REACH);
      return passes ? later(error) : Future.failedFuture(error);
    }

    private Future<Response> later(RedisError error) {
      long pause = pauseMillis;
      if (giveUpAt - System.nanoTime() < TimeUnit.MILLISECONDS.toNanos(pause)) {
        return Future.failedFuture(error);
      }
      pauseMillis = Math.min(2 * pause, MAX_PAUSE_MILLIS);
      return net.vertx().timer(pause, TimeUnit.MILLISECONDS).compose(passed -> toHolder());
    }
  }
}
