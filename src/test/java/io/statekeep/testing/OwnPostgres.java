package io.statekeep.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** A PostgreSQL server for one test class, which may stop it and start it again where it was. */
public final class OwnPostgres implements AutoCloseable {
  private static final String USER = "postgres";

  private final Path folder;
  private final int port;
  private final int maxConnections;
  private EmbeddedPostgres server;

  private OwnPostgres(Path folder, int port, int maxConnections) {
    this.folder = folder;
    this.port = port;
    this.maxConnections = maxConnections;
  }

  /**
   * A new server on a free port.
   *
   * @param folder empty, for its files
   */
  public static OwnPostgres start(Path folder, int maxConnections) {
    try {
      OwnPostgres postgres = new OwnPostgres(folder, Servers.freePort(), maxConnections);
      postgres.start();
      return postgres;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts it after {@link #stop}, with what it has committed. */
  public void start() {
    try {
      server =
          EmbeddedPostgres.builder()
              .setPort(port)
              .setDataDirectory(folder)
              .setCleanDataDirectory(false)
              .setServerConfig("synchronous_commit", "on")
              .setServerConfig("max_connections", String.valueOf(maxConnections))
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The database that every server has. */
  public Databases.Database database() {
    return new Databases.Database(server.getJdbcUrl(USER, USER), USER, 30_000);
  }

  /** Stops it; its connections end. */
  public void stop() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    stop();
  }
}
