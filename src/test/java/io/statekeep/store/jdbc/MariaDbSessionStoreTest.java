package io.statekeep.store.jdbc;

import io.statekeep.testing.Databases;

class MariaDbSessionStoreTest extends JdbcStoreContract {
  private static final Databases.Database DATABASE = Databases.newMariaDb();

  MariaDbSessionStoreTest() {
    super(DATABASE);
  }
}
