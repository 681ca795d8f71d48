package io.statekeep.store.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.Response;
import java.util.List;
import java.util.function.Supplier;

/** Knows which server a command has to go to, and what to do when it is not that one. */
interface Router {
  /** Sends a command to the server that holds the slot. */
  Future<Response> send(int slot, Call call);

  /**
   * Sends a command that changes nothing to all primaries; fails if one of them does not answer.
   */
  Future<List<Response>> sendToAll(Supplier<RedisCommand> command);

  /** A command, to be sent as often as it takes. */
  interface Call {
    /**
     * Sends it once.
     *
     * @param asking whether the server is the one that the slot is about to move to
     */
    Future<Response> on(RedisLink link, boolean asking);

    /** Whether it changes nothing: then it may be sent again when its fate is not known. */
    boolean isRead();

    /**
     * Whether it may be carried out where a part of the slot already is: all that it goes by is
     * among its keys.
     */
    boolean mayAsk();
  }
}
