package io.statekeep.store.jdbc;

import io.statekeep.session.SessionStore;
import io.statekeep.store.SessionStoreContract;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;

/** The contract over one database of a test class, emptied after each test. */
abstract class JdbcStoreContract extends SessionStoreContract {
  private static final long TIMEOUT_MILLIS = 30_000;

  /** The database, started once for the class. */
  abstract JdbcAddress address();

  @Override
  protected SessionStore open(int node) {
    JdbcAddress address = address();
    if (node == 1 && address.dialect().isEmbedded()) {
      return store;
    }
    Schema.migrate(address);
    JdbcSessionStore.Rules rules =
        new JdbcSessionStore.Rules(address.dialect(), POLICY, clock, 4, TIMEOUT_MILLIS);
    return new JdbcSessionStore(vertx, rules, JdbcSessionStore.pools(vertx, address));
  }

  @AfterEach
  void empty() throws SQLException {
    execute("DELETE FROM statekeep_session");
  }

  /** Runs a statement past the store. */
  void execute(String sql) throws SQLException {
    JdbcAddress address = address();
    try (Connection connection =
            DriverManager.getConnection(address.driverUrl(), address.user(), address.password());
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
