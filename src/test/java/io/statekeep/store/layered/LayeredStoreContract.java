package io.statekeep.store.layered;

import io.statekeep.session.SessionStore;
import io.statekeep.store.SessionStoreContract;

/**
 * The contract through a near cache that keeps every copy it may: what it keeps wrongly, the
 * contract finds.
 */
abstract class LayeredStoreContract extends SessionStoreContract {
  /** An empty store to stand behind the near cache. */
  abstract SessionStore openBacking();

  @Override
  protected SessionStore open(int node) {
    // Between nodes there is a bound on staleness, which has tests of its own: here is one node.
    if (node == 1) {
      return store;
    }
    LayeredSessionStore.Rules rules =
        new LayeredSessionStore.Rules(clock, System::nanoTime, Coherence.EXCLUSIVE, 64 << 20);
    return new LayeredSessionStore(vertx, rules, openBacking());
  }
}
