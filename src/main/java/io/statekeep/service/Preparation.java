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
        CompletableFuture.supplyAsync(Contract::load),
        CompletableFuture.runAsync(() -> Server.openEmbedded(config)));
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
