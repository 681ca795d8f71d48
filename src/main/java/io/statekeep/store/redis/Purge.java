package io.statekeep.store.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.Response;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One purge: frees expired sessions, partition by partition, until so many were looked at. */
final class Purge {
  private final RedisCommands commands;
  private final List<Keys> partitions;
  private final int maxEvents;
  private final long now;
  private int left;
  private @Nullable Throwable failure;

  Purge(RedisCommands commands, Layout layout, int maxEvents, long now, int limit) {
    this.commands = commands;
    this.partitions = layout.all();
    this.maxEvents = maxEvents;
    this.now = now;
    left = limit;
  }

  /** Answers how many were looked at. Where a partition is out of reach, the others are purged. */
  Future<Integer> run() {
    int limit = left;
    return from(0)
        .compose(
            done ->
                failure == null
                    ? Future.succeededFuture(limit - left)
                    : Future.failedFuture(failure));
  }

  private Future<Void> from(int place) {
    if (place == partitions.size() || left == 0) {
      return Future.succeededFuture();
    }
    return purge(partitions.get(place))
        .<Void>transform(
            looked -> {
              if (looked.succeeded()) {
                left -= looked.result();
              } else {
                failure = looked.cause();
              }
              return from(place + 1);
            });
  }

  private Future<Integer> purge(Keys keys) {
    return commands
        .run(
            keys,
            Script.PURGE,
            List.of(keys.byExpiry(), keys.byCreation(), keys.events()),
            command ->
                command.arg(keys.sessions()).arg(keys.subjects()).arg(now).arg(left).arg(maxEvents))
        .map(Response::toInteger);
  }
}
