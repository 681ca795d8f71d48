package io.statekeep.store.jdbc;

import io.statekeep.testing.Databases;

/** PostgreSQL by its JDBC driver, which a URL that tunes the driver asks for. */
class PostgresDriverSessionStoreTest extends JdbcStoreContract {
  private static final Databases.Database DATABASE =
      Databases.newPostgres().with("prepareThreshold=3");

  PostgresDriverSessionStoreTest() {
    super(DATABASE);
  }
}
