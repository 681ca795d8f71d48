package io.statekeep.store.layered;

import io.statekeep.session.SessionStore;
import io.statekeep.testing.Databases;
import org.junit.jupiter.api.AfterEach;

class LayeredOverPostgresTest extends LayeredStoreContract {
  private static final Databases.Database DATABASE = Databases.newPostgres();

  @Override
  SessionStore openBacking() {
    return DATABASE.open(vertx, policy, clock);
  }

  @AfterEach
  void empty() {
    DATABASE.empty();
  }
}
