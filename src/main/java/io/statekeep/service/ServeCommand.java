package io.statekeep.service;

import io.statekeep.service.config.Config;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.lang.management.ManagementFactory;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Serves until it is told to stop. */
@Command(
    name = "serve",
    description = "Serve until stopped (the default).",
    mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
  /** What {@link #call} answers while the process has to live on. */
  static final int RUNNING = -1;

  private static final Logger LOG = LoggerFactory.getLogger(ServeCommand.class);
  // For what comes after the last request: closing the store and the files.
  private static final long CLOSING_MILLIS = 1500;

  @Mixin private ConfigOption options;

  @Option(
      names = "--trial",
      description =
          "Start, be a client of the own node for a moment, and stop: 0 if it was ready. A run that"
              + " teaches the JVM what a node needs.")
  private boolean trial;

  /** For a command line. */
  ServeCommand() {}

  /** Without a command line. */
  ServeCommand(ConfigOption options) {
    this.options = options;
  }

  @Override
  public Integer call() throws Exception {
    Config config = options.forNode();
    OpeningDatabase database = OpeningDatabase.begin(config);
    Vertx vertx = vertx();
    try {
      Server server =
          Server.start(vertx, config, InstantSource.system(), database)
              .toCompletionStage()
              .toCompletableFuture()
              .get();
      if (trial) {
        announce(server, config);
        return tried(server, config);
      }
      Runtime.getRuntime()
          .addShutdownHook(new Thread(() -> stopAndEnd(server, config), "statekeep-stop"));
      announce(server, config);
      return RUNNING;
    } catch (ExecutionException e) {
      vertx.close();
      throw e.getCause() instanceof StartException known
          ? known
          : new StartException("cannot start: " + e.getMessage(), e);
    }
  }

  private static int tried(Server server, Config config) {
    Trial client = new Trial(config);
    int stopped;
    try {
      client.requireReady(server.managementPort());
      client.live(server.port(), Secrets.ownApiKey(config));
    } finally {
      stopped = stop(server, config);
    }
    return stopped;
  }

  /** Vert.x as the service wants it: the kernel's own event mechanism, nothing written to disk. */
  static Vertx vertx() {
    return Vertx.vertx(
        new VertxOptions()
            .setPreferNativeTransport(true)
            .setFileSystemOptions(
                new FileSystemOptions()
                    .setFileCachingEnabled(false)
                    .setClassPathResolvingEnabled(false)));
  }

  private static void announce(Server server, Config config) {
    long millis = System.currentTimeMillis() - ManagementFactory.getRuntimeMXBean().getStartTime();
    LOG.info(
        "statekeep {} serves on http://{}:{} (management on {}:{}), store: {}, started in {} ms",
        Version.text(),
        config.http().listener().host(),
        server.port(),
        config.management().host(),
        server.managementPort(),
        StoreFactory.describe(config),
        millis);
  }

  private static void stopAndEnd(Server server, Config config) {
    int exit = stop(server, config);
    // Ends with this code in place of the signal's own: whoever asked for it has been obeyed.
    Runtime.getRuntime().halt(exit);
  }

  private static int stop(Server server, Config config) {
    LOG.info("stopping: requests in flight have {} ms", config.shutdownTimeout().toMillis());
    int exit = 0;
    try {
      server
          .stop()
          .toCompletionStage()
          .toCompletableFuture()
          .get(config.shutdownTimeout().toMillis() + CLOSING_MILLIS, TimeUnit.MILLISECONDS);
      LOG.info("stopped");
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      LOG.warn("stopped before everything was closed: {}", e.toString());
      exit = Main.FAILED;
    }
    LogSetup.flush();
    return exit;
  }
}
