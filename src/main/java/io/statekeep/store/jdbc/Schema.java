package io.statekeep.store.jdbc;

import io.statekeep.session.SessionStoreException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/**
 * Brings a database to the schema of this version. Blocking: for start-up, never on an event loop.
 */
public final class Schema {
  private static final String HISTORY = "statekeep_schema_history";
  private static final int MAX_TRIES = 3;

  private Schema() {}

  /**
   * Migrates the database if it is older. Nodes that start together take turns. A database that is
   * already up to date is only read, so that a role without the right to change tables will do.
   *
   * @throws SessionStoreException if the database cannot be reached or migrated; its text holds no
   *     part of the URL, which may be secret
   * @throws EmbeddedDatabase.InUseException if another process has the files of the database open
   */
  public static void migrate(JdbcAddress address) {
    if (address.dialect().isEmbedded()) {
      EmbeddedDatabase.lock(address);
    }
    for (int tries = 1; !isCurrent(address); tries++) {
      try {
        migrateOnce(address);
        return;
      } catch (FlywayException e) {
        // Flyway takes turns at the migrations, but not at making the table of their history.
        if (tries == MAX_TRIES || address.dialect().isEmbedded()) {
          throw SqlErrors.unavailable(e);
        }
      }
    }
  }

  private static void migrateOnce(JdbcAddress address) {
    Flyway.configure()
        .dataSource(address.driverUrl(), address.user(), address.password())
        .locations("classpath:" + address.dialect().migrations())
        .table(HISTORY)
        // The database may be shared with other applications.
        .baselineOnMigrate(true)
        .baselineVersion("0")
        .load()
        .migrate();
  }

  private static boolean isCurrent(JdbcAddress address) {
    try (Connection connection =
        DriverManager.getConnection(address.driverUrl(), address.user(), address.password())) {
      return isCurrent(connection, address.dialect());
    } catch (SQLException e) {
      // A migration would wait for the connection again, more than once.
      throw SqlErrors.unavailable(e);
    }
  }

  private static boolean isCurrent(Connection connection, Dialect dialect) {
    try {
      return newestVersion(connection) >= dialect.schemaVersion();
    } catch (SQLException e) {
      // No history yet.
      return false;
    }
  }

  private static int newestVersion(Connection connection) throws SQLException {
    String quote = connection.getMetaData().getIdentifierQuoteString();
    String sql = "SELECT |version| FROM |" + HISTORY + "| WHERE |success| = TRUE";
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql.replace("|", quote))) {
      int newest = 0;
      while (rows.next()) {
        newest = Math.max(newest, rows.getInt(1));
      }
      return newest;
    }
  }
}
