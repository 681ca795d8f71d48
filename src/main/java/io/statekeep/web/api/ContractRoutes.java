package io.statekeep.web.api;

import io.statekeep.web.Methods;
import io.statekeep.web.Reply;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;

/** The contract itself: the file for machines, and a page made from it for people. */
final class ContractRoutes {
  private static final String YAML = "application/yaml";
  private static final String HTML = "text/html; charset=utf-8";

  private final AwaitedContract contract;

  ContractRoutes(AwaitedContract contract) {
    this.contract = contract;
  }

  void attach(Router router) {
    SecurityHeaders headers = new SecurityHeaders();
    router
        .route("/openapi.yaml")
        .handler(headers)
        .handler(Methods.READ)
        .handler(contract)
        .handler(context -> new Reply(200, YAML, contract.get().text()).send(context));
    router
        .route("/docs")
        .handler(headers)
        .handler(Methods.READ)
        .handler(contract)
        .handler(this::page);
  }

  private void page(RoutingContext context) {
    // Made anew for each of its rare readers: a second copy in memory would serve nobody.
    context.response().putHeader(SecurityHeaders.POLICY, DocsPage.POLICY);
    new Reply(200, HTML, Buffer.buffer(new DocsPage(contract.get()).html())).send(context);
  }
}
