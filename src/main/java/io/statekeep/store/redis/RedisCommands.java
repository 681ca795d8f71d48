package io.statekeep.store.redis;

import io.statekeep.session.SessionStoreException;
import io.vertx.core.Future;
import io.vertx.redis.client.Response;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Carries commands to the servers. Whatever fails is a {@link SessionStoreException}. Thread-safe.
 */
final class RedisCommands {
  private final Router router;

  RedisCommands(Router router) {
    this.router = router;
  }

  /** Sends a command that changes nothing: after a lost connection it is sent once more. */
  Future<Response> read(Keys where, Supplier<RedisCommand> command) {
    return router.send(where.slot(), new ReadCall(command)).recover(RedisCommands::unavailable);
  }

  /**
   * Runs a script.
   *
   * @param keys in the order that the script names, all of this place
   * @param arguments adds the rest; called for each time that the script is sent
   */
  Future<Response> run(
      Keys where, Script script, List<String> keys, UnaryOperator<RedisCommand> arguments) {
    return router
        .send(where.slot(), new ScriptCall(script, keys, arguments))
        .recover(RedisCommands::unavailable);
  }

  /** Asks all primaries; fails if one of them does not answer. */
  Future<List<Response>> readAll(Supplier<RedisCommand> command) {
    return router.sendToAll(command).recover(RedisCommands::unavailable);
  }

  private static <T> Future<T> unavailable(Throwable failure) {
    if (failure instanceof SessionStoreException) {
      return Future.failedFuture(failure);
    }
    String what = "Redis did not carry out a command: ";
    if (failure instanceof RedisError error) {
      return Future.failedFuture(
          error.isNoService()
              ? new SessionStoreException(what + error.kind(), failure)
              : SessionStoreException.refusal(what + error.kind(), failure));
    }
    return Future.failedFuture(new SessionStoreException(what + failure.getMessage(), failure));
  }
}
