package io.statekeep.store.jdbc;

import io.statekeep.testing.Databases;

class PostgresSessionStoreTest extends JdbcStoreContract {
  private static final Databases.Database DATABASE = Databases.newPostgres();

  PostgresSessionStoreTest() {
    super(DATABASE);
  }
}
