package io.statekeep.service;

import io.statekeep.service.config.Config;
import io.statekeep.service.config.Config.StoreKind;
import io.statekeep.session.SessionStore;
import io.statekeep.session.SessionStoreException;
import io.statekeep.store.jdbc.Schema;
import io.statekeep.store.redis.RedisSessionStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.hsqldb.persist.LockFile;

/** The configured store for a command that asks it a few things and ends. Blocking. */
final class StoreAccess implements AutoCloseable {
  private final Vertx vertx;
  private final Config config;
  private final SessionStore keeper;
  private final SessionStore store;

  private StoreAccess(Vertx vertx, Config config, StoreFactory stores) {
    this.vertx = vertx;
    this.config = config;
    this.keeper = stores.keeper();
    this.store = stores.forCommands();
  }

  /**
   * Opens the store.
   *
   * @throws StartException if it cannot be, or if it is the memory of another process
   */
  static StoreAccess open(Config config) {
    if (config.store().durableKind() == StoreKind.LOCAL) {
      throw new StartException(
          "store = local: its sessions are in the memory of its node alone", null);
    }
    refuseAtOnce();
    Server.openEmbedded(config);
    if (config.store().durableKind() == StoreKind.JDBC) {
      try {
        Schema.migrate(config.store().jdbc());
      } catch (RuntimeException e) {
        throw new StartException("jdbc.url: the database cannot be reached", e);
      }
    }
    Vertx vertx = ServeCommand.vertx();
    StoreFactory stores = new StoreFactory(vertx, config, InstantSource.system());
    return new StoreAccess(vertx, config, stores);
  }

  // For a node it is right to wait until the lock of a dead one has aged; whoever sits at a shell
  // wants to know now.
  private static void refuseAtOnce() {
    System.setProperty(LockFile.POLL_RETRIES_PROPERTY, "1");
    System.setProperty(LockFile.POLL_INTERVAL_PROPERTY, "1");
  }

  /** Waits for the store's answer. */
  <T> T ask(Function<SessionStore, Future<T>> question) {
    return wait(question.apply(store));
  }

  /** Rebuilds the indexes of a store in Redis, however long it takes; answers the sessions. */
  int rebuildIndexes() {
    return keeper instanceof RedisSessionStore redis ? wait(redis.rebuildIndexes()) : 0;
  }

  private static <T> T wait(Future<T> answer) {
    try {
      return answer.toCompletionStage().toCompletableFuture().get();
    } catch (ExecutionException | InterruptedException e) {
      String why =
          e.getCause() instanceof SessionStoreException known ? known.getMessage() : e.toString();
      throw new StartException("the store did not answer: " + why, e);
    }
  }

  @Override
  public void close() {
    try {
      store.close().toCompletionStage().toCompletableFuture().get();
      Server.closeEmbedded(config);
      vertx.close().toCompletionStage().toCompletableFuture().get();
    } catch (Exception e) {
      throw new StartException("the store did not close: " + e.getMessage(), e);
    }
  }
}
