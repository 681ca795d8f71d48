package io.statekeep.service;

import io.statekeep.service.config.Config;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** The embedded database, if there is one, while it opens on a thread of its own. */
final class OpeningDatabase {
  private final CompletableFuture<Void> opened;

  /**
   * @param opened done when it is open
   */
  OpeningDatabase(CompletableFuture<Void> opened) {
    this.opened = opened;
  }

  static OpeningDatabase begin(Config config) {
    return new OpeningDatabase(
        CompletableFuture.runAsync(
            () -> Server.openEmbedded(config),
            // The common pool has one thread where there are two processors.
            task -> new Thread(task, "statekeep-database").start()));
  }

  /**
   * Returns when it is open. Blocking.
   *
   * @throws StartException if it cannot be opened
   */
  void await() {
    try {
      opened.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException known ? known : e;
    }
  }
}
