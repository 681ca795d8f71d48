package io.statekeep.store.jdbc;

import io.statekeep.session.SessionStoreException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.hsqldb.DatabaseURL;
import org.hsqldb.persist.HsqlProperties;
import org.jspecify.annotations.Nullable;

/** The database inside this process. Blocking: for start and stop, never on an event loop. */
public final class EmbeddedDatabase {
  // org.hsqldb.error.ErrorCode.LOCK_FILE_ACQUISITION_FAILURE
  private static final int LOCKED = -451;

  private EmbeddedDatabase() {}

  /** Somebody else has the files open. */
  public static final class InUseException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private InUseException(@Nullable Throwable cause) {
      super("the database is in use by a running node", cause);
    }
  }

  /** The database's file, without its endings; empty if it keeps none in this file system. */
  public static Optional<Path> file(JdbcAddress address) {
    if (address.dialect() != Dialect.HSQLDB) {
      return Optional.empty();
    }
    // As the driver reads it: "~" is the home of the user, "${x}" a system property.
    @Nullable HsqlProperties database = DatabaseURL.parseURL(address.url(), true, false);
    return database == null || !DatabaseURL.S_FILE.equals(database.getProperty("connection_type"))
        ? Optional.empty()
        : Optional.of(Path.of(database.getProperty("database")).toAbsolutePath());
  }

  /**
   * Opens the database, which is made if it is new, and brings its schema up to date.
   *
   * @throws InUseException if another process has it open
   * @throws SessionStoreException if it cannot be opened for another reason
   */
  public static void open(JdbcAddress address) {
    try {
      Schema.migrate(address);
    } catch (SessionStoreException e) {
      throw isLocked(e) ? new InUseException(e) : e;
    }
  }

  /** Takes the files for this process until it closes the database or ends, however it ends. */
  static void lock(JdbcAddress address) {
    if (!FilesLock.take(address)) {
      throw new InUseException(null);
    }
  }

  // A URL may ask for HSQLDB's own lock.
  private static boolean isLocked(Throwable failure) {
    for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql && sql.getErrorCode() == LOCKED) {
        return true;
      }
    }
    return false;
  }

  /**
   * Closes the files; without this they are whole, too, but the next start reads the log of changes
   * again.
   *
   * @throws SQLException if the database does not close
   */
  public static void close(JdbcAddress address) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(address.driverUrl(), address.user(), address.password());
        Statement statement = connection.createStatement()) {
      statement.execute("SHUTDOWN");
    }
    FilesLock.drop(address);
  }
}
