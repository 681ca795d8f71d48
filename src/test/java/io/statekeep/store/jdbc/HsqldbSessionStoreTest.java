package io.statekeep.store.jdbc;

import io.statekeep.testing.Databases;

class HsqldbSessionStoreTest extends JdbcStoreContract {
  private static final Databases.Database DATABASE = Databases.newHsqldb();

  HsqldbSessionStoreTest() {
    super(DATABASE);
  }
}
