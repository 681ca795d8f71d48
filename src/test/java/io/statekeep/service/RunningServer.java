package io.statekeep.service;

import static io.statekeep.testing.Await.await;

import io.statekeep.service.config.Config;
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
    Map<String, String> environment = new HashMap<>();
    environment.put("STATEKEEP_HTTP_PORT", "0");
    environment.put("STATEKEEP_MANAGEMENT_PORT", "0");
    settings.forEach((name, value) -> environment.put("STATEKEEP_" + name, value));
    Vertx vertx = ServeCommand.vertx();
    Config config = Config.load(null, environment);
    return new RunningServer(
        vertx, await(Server.start(vertx, config, clock, OpeningDatabase.begin(config))));
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
