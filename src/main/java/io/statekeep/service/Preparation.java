package io.statekeep.service;

import io.statekeep.service.config.Config;
import io.statekeep.web.api.Contract;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * What takes a while at a start and needs neither Vert.x nor each other: begun before all else, on
 * threads of their own.
 */
final class Preparation {
  private final CompletableFuture<Contract> contract;
  private final CompletableFuture<Void> database;

  private Preparation(CompletableFuture<Contract> contract, CompletableFuture<Void> database) {
    this.contract = contract;
    this.database = database;
  }

  static Preparation begin(Config config) {
    return new Preparation(
        CompletableFuture.supplyAsync(Contract::load, Preparation::alone),
        CompletableFuture.runAsync(() -> Server.openEmbedded(config), Preparation::alone));
  }

  // The common pool has one thread where there are two processors.
  private static void alone(Runnable task) {
    new Thread(task, "statekeep-start").start();
  }

  /**
   * The API's contract, when the embedded database is open, too. Blocking.
   *
   * @throws StartException if the database cannot be opened
   */
  Contract end() {
    try {
      database.join();
      return contract.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException known ? known : e;
    }
  }
}
