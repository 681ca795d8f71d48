package io.statekeep.store.layered;

import io.statekeep.session.SessionStore;
import io.statekeep.store.local.LocalSessionStore;

class LayeredOverLocalTest extends LayeredStoreContract {
  @Override
  SessionStore openBacking() {
    return new LocalSessionStore(
        vertx, policy, clock, new LocalSessionStore.Capacity(100_000, 1L << 30));
  }
}
