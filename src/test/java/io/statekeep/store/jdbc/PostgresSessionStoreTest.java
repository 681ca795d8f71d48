package io.statekeep.store.jdbc;

import io.statekeep.testing.Servers;
import org.junit.jupiter.api.BeforeAll;

class PostgresSessionStoreTest extends JdbcStoreContract {
  private static JdbcAddress address;

  @BeforeAll
  static void createDatabase() {
    address = new JdbcAddress(Servers.newPostgresUrl(), "postgres", "", 10_000);
  }

  @Override
  JdbcAddress address() {
    return address;
  }
}
