package io.statekeep.store.jdbc;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class HsqldbSessionStoreTest extends JdbcStoreContract {
  @TempDir static Path directory;

  @Override
  JdbcAddress address() {
    return new JdbcAddress("jdbc:hsqldb:file:" + directory.resolve("sessions"), "", "", 10_000);
  }
}
