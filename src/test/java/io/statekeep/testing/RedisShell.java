package io.statekeep.testing;

import static io.statekeep.testing.Await.await;

import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.Map;
import java.util.TreeMap;

/** Commands to a Redis server past any store. */
public final class RedisShell implements AutoCloseable {
  private final Redis redis;
  private final RedisConnection connection;

  public RedisShell(Vertx vertx, String url) {
    redis = Redis.createClient(vertx, url);
    connection = await(redis.connect());
  }

  /** Runs a command; null for a nil answer. */
  public Response run(String command, String... arguments) {
    Request request = Request.cmd(Command.create(command));
    for (String argument : arguments) {
      request.arg(argument);
    }
    return await(connection.send(request));
  }

  /** How often each command was called since {@link #forget}, those of scripts included. */
  public Map<String, Integer> calls() {
    Map<String, Integer> calls = new TreeMap<>();
    for (String line : run("INFO", "commandstats").toString().split("\r?\n", -1)) {
      if (line.startsWith("cmdstat_")) {
        int colon = line.indexOf(':');
        String name = line.substring("cmdstat_".length(), colon);
        String count = line.substring(line.indexOf("calls=") + 6, line.indexOf(','));
        calls.put(name, Integer.valueOf(count));
      }
    }
    calls.keySet().removeIf(name -> name.startsWith("info") || name.startsWith("config"));
    return calls;
  }

  public void forget() {
    run("CONFIG", "RESETSTAT");
  }

  @Override
  public void close() {
    redis.close();
  }
}
