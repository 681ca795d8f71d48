package io.statekeep.web.api;

import io.statekeep.session.Deadline;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.PlatformHandler;

/**
 * The contract of a node that may have just started: it is read while the node already answers what
 * does not need it, and what does waits for that moment here.
 */
public final class AwaitedContract implements PlatformHandler {
  private final Future<Contract> contract;
  private final Deadline deadline;

  /**
   * @param contract completes on any thread
   * @param deadline of an answer that waits for it
   */
  public AwaitedContract(Future<Contract> contract, Deadline deadline) {
    this.contract = contract;
    this.deadline = deadline;
  }

  /** The contract, to be asked for behind this handler only. */
  Contract get() {
    return contract.result();
  }

  @Override
  public void handle(RoutingContext context) {
    if (contract.succeeded()) {
      context.next();
      return;
    }
    // The body is still to be read.
    context.request().pause();
    deadline
        .limit(context.vertx(), contract)
        .onComplete(
            read -> {
              context.request().resume();
              if (read.succeeded()) {
                context.next();
              } else {
                context.fail(read.cause());
              }
            });
  }
}
