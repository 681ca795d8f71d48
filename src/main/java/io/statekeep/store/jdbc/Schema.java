package io.statekeep.store.jdbc;

import io.statekeep.session.SessionStoreException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.configuration.FluentConfiguration;

/**
 * Brings a database to the schema of this version. Blocking: for start-up, never on an event loop.
 */
public final class Schema {
  private static final String HISTORY = "statekeep_schema_history";
  private static final String EMBEDDED = "/" + Dialect.HSQLDB.migrations() + "/schema.sql";
  private static final int MAX_TRIES = 3;
  // org.hsqldb.error.ErrorCode.X_42501
  private static final int NO_SUCH_TABLE = -5501;

  private Schema() {}

  /**
   * Migrates the database if it is older. Nodes that start together take turns. A database that is
   * already up to date is only read, so that a role without the right to change tables will do; an
   * embedded one that is new gets its schema at once.
   *
   * @throws SessionStoreException if the database cannot be reached or migrated; its text holds no
   *     part of the URL, which may be secret
   * @throws EmbeddedDatabase.InUseException if another process has the files of the database open
   */
  public static void migrate(JdbcAddress address) {
    if (address.dialect().isEmbedded()) {
      EmbeddedDatabase.lock(address);
      if (makeIfNew(address)) {
        return;
      }
    }
    for (int tries = 1; !isCurrent(address); tries++) {
      try {
        runMigrations(address);
        return;
      } catch (FlywayException e) {
        // Flyway takes turns at the migrations, but not at making the table of their history.
        if (tries == MAX_TRIES || address.dialect().isEmbedded()) {
          throw SqlErrors.unavailable(e);
        }
      }
    }
  }

  /**
   * @throws FlywayException if a migration fails, or one that the database has seen is another now
   */
  static void runMigrations(JdbcAddress address) {
    migrations(address).load().migrate();
  }

  static FluentConfiguration migrations(JdbcAddress address) {
    return Flyway.configure()
        .dataSource(address.driverUrl(), address.user(), address.password())
        .locations("classpath:" + address.dialect().migrations())
        .table(HISTORY)
        // The database may be shared with other applications.
        .baselineOnMigrate(true)
        .baselineVersion("0");
  }

  private static boolean isCurrent(JdbcAddress address) {
    try (Connection connection = connect(address)) {
      return isCurrent(connection, address.dialect());
    } catch (SQLException e) {
      // A migration would wait for the connection again, more than once.
      throw SqlErrors.unavailable(e);
    }
  }

  private static Connection connect(JdbcAddress address) throws SQLException {
    return DriverManager.getConnection(address.driverUrl(), address.user(), address.password());
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

  /** Makes the schema of an embedded database without a history; answers whether there was none. */
  private static boolean makeIfNew(JdbcAddress address) {
    try (Connection connection = connect(address);
        Statement statement = connection.createStatement()) {
      if (!isNew(statement)) {
        return false;
      }
      for (String sql : statements()) {
        statement.execute(sql);
      }
      return true;
    } catch (SQLException e) {
      throw SqlErrors.unavailable(e);
    }
  }

  private static boolean isNew(Statement statement) throws SQLException {
    try (ResultSet rows = statement.executeQuery("SELECT COUNT(*) FROM \"" + HISTORY + "\"")) {
      return rows.next() && rows.getInt(1) == 0;
    } catch (SQLException e) {
      if (e.getErrorCode() == NO_SUCH_TABLE) {
        return true;
      }
      throw e;
    }
  }

  /** What makes the schema of a new embedded database, in turn. */
  static List<String> statements() {
    try (InputStream file = Schema.class.getResourceAsStream(EMBEDDED)) {
      return List.of(new String(file.readAllBytes(), StandardCharsets.UTF_8).strip().split(";\\R"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
