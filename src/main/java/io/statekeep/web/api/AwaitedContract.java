package io.statekeep.web.api;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.PlatformHandler;

/**
 * The contract of a node that may have just started: it is read while the node already answers what
 * does not need it, and what does waits for that moment here.
 */
public final class AwaitedContract implements PlatformHandler {
  private final Future<Contract> contract;

  /**
   * @param contract completes on any thread
   */
  public AwaitedContract(Future<Contract> contract) {
    this.contract = contract;
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
    Context loop = context.vertx().getOrCreateContext();
    // The body is still to be read.
    context.request().pause();
    contract.onComplete(read -> loop.runOnContext(v -> goOn(context)));
  }

  private void goOn(RoutingContext context) {
    context.request().resume();
    if (contract.succeeded()) {
      context.next();
    } else {
      context.fail(contract.cause());
    }
  }
}
