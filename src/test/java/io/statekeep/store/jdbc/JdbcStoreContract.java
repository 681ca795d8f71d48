package io.statekeep.store.jdbc;

import io.statekeep.session.SessionStore;
import io.statekeep.store.SessionStoreContract;
import io.statekeep.testing.Databases;
import org.junit.jupiter.api.AfterEach;

/** The contract over one database of a test class, emptied after each test. */
abstract class JdbcStoreContract extends SessionStoreContract {
  private final Databases.Database database;

  JdbcStoreContract(Databases.Database database) {
    this.database = database;
  }

  @Override
  protected SessionStore open(int node) {
    // Embedded: one process, one store.
    boolean alone = database.address().dialect().isEmbedded();
    return node == 1 && alone ? store : database.open(vertx, policy, clock);
  }

  @AfterEach
  void empty() {
    database.empty();
  }
}
