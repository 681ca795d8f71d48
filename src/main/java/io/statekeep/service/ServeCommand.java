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

  @Override
  public Integer call() throws Exception {
    Config config = options.forNode();
    Vertx vertx = vertx();
    try {
      Server server =
          Server.start(vertx, config, InstantSource.system())
              .toCompletionStage()
              .toCompletableFuture()
              .get();
      Runtime.getRuntime()
          .addShutdownHook(new Thread(() -> stop(server, config), "statekeep-stop"));
      announce(server, config);
      return RUNNING;
    } catch (ExecutionException e) {
      vertx.close();
      throw e.getCause() instanceof StartException known
          ? known
          : new StartException("cannot start: " + e.getMessage(), e);
    }
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

  private static void stop(Server server, Config config) {
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
    // Ends with this code in place of the signal's own: whoever asked for it has been obeyed.
    Runtime.getRuntime().halt(exit);
  }
}
