package io.statekeep.service;

import io.statekeep.service.config.Config;
import io.statekeep.session.SessionStore;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Frees expired sessions, one batch after another while there are any, then waits. */
final class Purger extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(Purger.class);

  private final SessionStore store;
  private final Config.Purge purge;
  private boolean stopped;

  Purger(SessionStore store, Config.Purge purge) {
    this.store = store;
    this.purge = purge;
  }

  @Override
  public Future<?> start() {
    schedule();
    return Future.succeededFuture();
  }

  private void schedule() {
    if (!stopped) {
      vertx.setTimer(purge.interval().toMillis(), id -> run());
    }
  }

  private void run() {
    store
        .purgeExpired(purge.batch())
        .onComplete(
            done -> {
              if (done.failed()) {
                LOG.warn("purge.failed: {}", done.cause().getMessage());
              }
              // A full batch says that there is more; other work of the event loop comes in
              // between.
              if (!stopped && done.succeeded() && done.result() >= purge.batch()) {
                vertx.runOnContext(v -> run());
              } else {
                schedule();
              }
            });
  }

  @Override
  public Future<?> stop() {
    stopped = true;
    return Future.succeededFuture();
  }
}
