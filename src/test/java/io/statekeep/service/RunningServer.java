package io.statekeep.service;

import static io.statekeep.testing.Await.await;

import io.statekeep.service.config.Config;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/** A node in this process, on free ports of loopback. */
public final class RunningServer implements AutoCloseable {
  private final Vertx vertx;
  private final Server server;

  private RunningServer(Vertx vertx, Server server) {
    this.vertx = vertx;
    this.server = server;
  }

  /** Starts a node by these settings, named as the environment names them without the prefix. */
  public static RunningServer start(Map<String, String> settings) {
    return start(settings, InstantSource.system());
  }

  public static RunningServer start(Map<String, String> settings, InstantSource clock) {
    Config config = config(settings);
    return await(starting(config, clock, OpeningDatabase.begin(config)));
  }

  /** A node that does not serve before its database is open. */
  static Future<RunningServer> starting(Map<String, String> settings, OpeningDatabase database) {
    return starting(config(settings), InstantSource.system(), database);
  }

  private static Future<RunningServer> starting(
      Config config, InstantSource clock, OpeningDatabase database) {
    Vertx vertx = ServeCommand.vertx();
    return Server.start(vertx, config, clock, database)
        .map(server -> new RunningServer(vertx, server))
        .onFailure(e -> vertx.close());
  }

  private static Config config(Map<String, String> settings) {
    Map<String, String> environment = new HashMap<>();
    environment.put("STATEKEEP_HTTP_PORT", "0");
    environment.put("STATEKEEP_MANAGEMENT_PORT", "0");
    settings.forEach((name, value) -> environment.put("STATEKEEP_" + name, value));
    return Config.load(null, environment);
  }

  public int port() {
    return server.port();
  }

  public int managementPort() {
    return server.managementPort();
  }

  @Override
  public void close() {
    await(server.stop());
    await(vertx.close());
  }
}
