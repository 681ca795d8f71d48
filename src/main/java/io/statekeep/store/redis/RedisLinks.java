package io.statekeep.store.redis;

import io.netty.channel.EventLoop;
import io.statekeep.session.SessionStoreException;
import io.vertx.core.Future;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The connections of a store, one for each event loop that asks. Thread-safe. */
final class RedisLinks {
  private static final Pattern KIND =
      Pattern.compile(
          "\\b(OOM|READONLY|MISCONF|LOADING|BUSY|NOREPLICAS|MASTERDOWN|NOPERM|NOAUTH|WRONGPASS"
              + "|CLUSTERDOWN|MOVED|ASK|TRYAGAIN|CROSSSLOT|EXECABORT)\\b");

  // With these a server carries out nothing; with others it may read while it does not write.
  private static final Set<String> NO_SERVICE =
      Set.of("LOADING", "BUSY", "MASTERDOWN", "CLUSTERDOWN", "NOAUTH", "WRONGPASS");

  private final VertxInternal vertx;
  private final Supplier<Redis> clients;
  private final long timeoutMillis;
  private final ConcurrentHashMap<EventLoop, RedisLink> links = new ConcurrentHashMap<>();

  RedisLinks(Vertx vertx, Supplier<Redis> clients, long timeoutMillis) {
    this.vertx = (VertxInternal) vertx;
    this.clients = clients;
    this.timeoutMillis = timeoutMillis;
  }

  /** Sends a command that changes nothing: after a lost connection it is sent once more. */
  Future<Response> read(Supplier<Request> request) {
    RedisLink link = link();
    return link.send(request.get())
        .recover(
            failure ->
                failure instanceof RedisError
                    ? Future.failedFuture(failure)
                    : link.send(request.get()))
        .recover(RedisLinks::unavailable);
  }

  /**
   * Runs a script.
   *
   * @param keys in the order that the script names
   * @param arguments adds the rest; called again if Redis has forgotten the script
   */
  Future<Response> run(Script script, List<String> keys, Function<Request, Request> arguments) {
    RedisLink link = link();
    return run(link, script, keys, arguments)
        .recover(
            failure -> {
              if (failure instanceof RedisError error && error.is("NOSCRIPT")) {
                // Nothing of it has run: Redis has forgotten the script.
                link.forgot(script);
                return run(link, script, keys, arguments);
              }
              return Future.failedFuture(failure);
            })
        .compose(RedisLinks::result)
        .onFailure(failure -> leaveReplica(link, failure))
        .recover(RedisLinks::unavailable);
  }

  private static Future<Response> run(
      RedisLink link, Script script, List<String> keys, Function<Request, Request> arguments) {
    if (link.knows(script)) {
      return link.send(arguments.apply(call(Command.EVALSHA, script.sha1(), keys)));
    }
    return link.send(arguments.apply(call(Command.EVAL, script.text(), keys)))
        .onSuccess(answer -> link.learned(script));
  }

  // A script answers an error as a value: one that Redis sees as an error would take their answers
  // from all that were sent with it.
  private static Future<Response> result(Response answer) {
    boolean error =
        answer.type() == ResponseType.MULTI
            && answer.size() == 2
            && "error".equals(answer.get(0).toString());
    return error
        ? Future.failedFuture(new RedisError(answer.get(1).toString()))
        : Future.succeededFuture(answer);
  }

  private static Request call(Command command, String script, List<String> keys) {
    Request request = Request.cmd(command).arg(script).arg(keys.size());
    keys.forEach(request::arg);
    return request;
  }

  // A replica that was the primary when the connection was made refuses every write, for good.
  private static void leaveReplica(RedisLink link, Throwable failure) {
    if (failure instanceof RedisError error && kind(error).equals("READONLY")) {
      link.renew("the server is a replica");
    }
  }

  private static <T> Future<T> unavailable(Throwable failure) {
    if (!(failure instanceof RedisError error)) {
      return Future.failedFuture(failure);
    }
    String kind = kind(error);
    String what = "Redis did not carry out a command: " + kind;
    return Future.failedFuture(
        NO_SERVICE.contains(kind)
            ? new SessionStoreException(what, failure)
            : SessionStoreException.refusal(what, failure));
  }

  // The text of an error may hold names; its kind is a word of capitals, in front or after that of
  // a script.
  private static String kind(RedisError error) {
    Matcher matcher = KIND.matcher(String.valueOf(error.getMessage()));
    String kind = "ERR";
    while (matcher.find()) {
      kind = matcher.group();
    }
    return kind;
  }

  private RedisLink link() {
    EventLoop loop = vertx.getOrCreateContext().nettyEventLoop();
    RedisLink link = links.get(loop);
    return link != null ? link : links.computeIfAbsent(loop, this::newLink);
  }

  private RedisLink newLink(EventLoop loop) {
    ContextInternal context =
        vertx
            .contextBuilder()
            .withThreadingModel(ThreadingModel.EVENT_LOOP)
            .withEventLoop(loop)
            .build();
    return new RedisLink(vertx, context, clients, timeoutMillis);
  }

  Future<Void> close() {
    return Future.join(links.values().stream().map(RedisLink::close).toList()).mapEmpty();
  }
}
