package io.statekeep.store.local;

import io.statekeep.session.SessionStore;
import io.statekeep.store.SessionStoreContract;

class LocalSessionStoreTest extends SessionStoreContract {
  @Override
  protected SessionStore open(int node) {
    // Its memory is one process's: there is no other node.
    return node == 0
        ? new LocalSessionStore(
            vertx, policy, clock, new LocalSessionStore.Capacity(100_000, 1L << 30))
        : store;
  }
}
