package io.statekeep.testing;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import redis.embedded.RedisServer;

/** A Redis server for one test class, which may stop, freeze or reconfigure it. */
public final class OwnRedis {
  private final RedisVersion version;
  private final RedisServer server;
  private final int port;

  private OwnRedis(RedisVersion version, RedisServer server, int port) {
    this.version = version;
    this.server = server;
    this.port = port;
  }

  public static OwnRedis start(String... settings) {
    return start(RedisVersion.REDIS_6, settings);
  }

  public static OwnRedis start(RedisVersion version, String... settings) {
    try {
      return start(version, Servers.freePort(), List.of(settings));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static OwnRedis start(int port, List<String> settings) throws IOException {
    return start(RedisVersion.REDIS_6, port, settings);
  }

  private static OwnRedis start(RedisVersion version, int port, List<String> settings)
      throws IOException {
    redis.embedded.core.RedisServerBuilder builder =
        RedisServer.newRedisServer().executableProvider(version.executable()).port(port);
    builder.setting("bind 127.0.0.1").setting("save \"\"");
    settings.forEach(builder::setting);
    RedisServer server = builder.build();
    server.start();
    return new OwnRedis(version, server, port);
  }

  /** The same address again, after {@link #stop}. */
  public OwnRedis restart(String... settings) {
    try {
      return start(version, port, List.of(settings));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return port;
  }

  public String url() {
    return "redis://127.0.0.1:" + port + "/0";
  }

  /** Ends the server as a power cut would. */
  public void kill() {
    Vertx vertx = Vertx.vertx();
    try (RedisShell shell = new RedisShell(vertx, url())) {
      String info = shell.run("INFO", "server").toString();
      String pid = info.replaceAll("(?s).*process_id:(\\d+).*", "$1");
      ProcessHandle process = ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
      process.destroyForcibly();
      process.onExit().join();
    }
    Await.await(vertx.close());
  }

  public void stop() {
    try {
      server.stop();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
