package io.statekeep.store.jdbc;

import io.statekeep.session.SessionStoreException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** The database inside this process. Blocking: for start and stop, never on an event loop. */
public final class EmbeddedDatabase {
  // org.hsqldb.error.ErrorCode.LOCK_FILE_ACQUISITION_FAILURE
  private static final int LOCKED = -451;

  private EmbeddedDatabase() {}

  /** Somebody else has the files open. */
  public static final class InUseException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private InUseException(Throwable cause) {
      super("the database is in use by a running node", cause);
    }
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
  }
}
