package io.statekeep.store.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A script to run.
 *
 * @param keys in the order that the script names
 * @param arguments adds the rest; called for each time that the script is sent
 */
record ScriptCall(Script script, List<String> keys, UnaryOperator<RedisCommand> arguments)
    implements Router.Call {

  @Override
  public Future<Response> on(RedisLink link, boolean asking) {
    return send(link, asking)
        .transform(
            answer -> {
              if (answer.succeeded()) {
                return result(link, answer.result());
              }
              if (answer.cause() instanceof RedisError error && error.is("NOSCRIPT")) {
                // Nothing of it has run: Redis has forgotten the script.
                link.forgot(script);
                return send(link, asking).compose(second -> result(link, second));
              }
              return Future.failedFuture(answer.cause());
            });
  }

  private Future<Response> send(RedisLink link, boolean asking) {
    boolean known = link.knows(script);
    RedisCommand command =
        new RedisCommand(known ? "EVALSHA" : "EVAL")
            .arg(known ? script.sha1() : script.text())
            .arg(keys.size());
    keys.forEach(command::arg);
    RedisCommand whole = arguments.apply(command);
    return asking ? link.sendAsking(whole) : link.send(whole);
  }

  // What a script could not do is a value: see run.lua.
  private Future<Response> result(RedisLink link, Response answer) {
    link.learned(script);
    boolean error =
        answer.type() == ResponseType.MULTI
            && answer.size() == 2
            && "error".equals(answer.get(0).toString());
    return error
        ? Future.failedFuture(new RedisError(answer.get(1).toString()))
        : Future.succeededFuture(answer);
  }

  @Override
  public boolean isRead() {
    return false;
  }

  @Override
  public boolean mayAsk() {
    return script.isOfOneSession();
  }
}
