package io.statekeep.service;

import io.statekeep.service.config.Config;
import io.statekeep.service.config.Config.StoreKind;
import io.statekeep.session.SessionStore;
import io.statekeep.session.SessionStoreException;
import io.statekeep.session.Sessions;
import io.statekeep.store.jdbc.EmbeddedDatabase;
import io.statekeep.store.jdbc.JdbcAddress;
import io.statekeep.store.jdbc.Schema;
import io.statekeep.web.api.Contract;
import io.statekeep.web.api.EventFeed;
import io.statekeep.web.api.Rejections;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One node of the service, from its configuration to its listeners. */
final class Server {
  private static final Logger LOG = LoggerFactory.getLogger(Server.class);
  private static final Duration MIGRATION_RETRY = Duration.ofSeconds(1);
  private static final long CLOSE_MILLIS = 1000;

  private final Vertx vertx;
  private final Config config;
  private final SessionStore store;
  private final EventFeed feed;
  private final Runnable silence;
  private final PublicRoutes routes;
  private final ManagementVerticle management;
  // Read when the node listens, so that nobody waits for it who does not need it.
  private final Promise<Contract> contract = Promise.promise();
  private final LongAdder requests = new LongAdder();
  private final AtomicInteger port = new AtomicInteger();
  // The last to start is the first to stop.
  private final Deque<String> deployments = new ArrayDeque<>();
  private volatile boolean migrated;
  private volatile boolean listening;
  // Of the last try: what stays the same is logged once.
  private volatile @Nullable String migrationProblem;
  private volatile boolean stopping;

  private Server(Vertx vertx, Config config, InstantSource clock) {
    this.vertx = vertx;
    this.config = config;
    StoreStack stack = new StoreFactory(vertx, config, clock).forRequests();
    this.store = stack.front();
    Rejections rejections = new Rejections(clock);
    this.silence = rejections.tell(vertx, store);
    this.feed = new EventFeed(vertx, store);
    Sessions sessions =
        new Sessions(store, Secrets.tokens(config), config.policy(), clock, rejections);
    this.routes =
        new PublicRoutes(vertx, config, sessions, Secrets.apiKeys(config), feed, contract.future());
    this.management = new ManagementVerticle(config, this::ready, new Metrics(requests, stack));
  }

  /**
   * Starts a node.
   *
   * @param database of the same configuration
   * @return fails with {@link StartException} if it cannot be started; a store on another machine
   *     that is away is no reason, the node waits for it and is not ready
   */
  static Future<Server> start(
      Vertx vertx, Config config, InstantSource clock, OpeningDatabase database) {
    return vertx
        .executeBlocking(() -> new Server(vertx, config, clock))
        .compose(server -> server.begin(database).map(server));
  }

  // Operators are answered first: the node lives, and is not ready. Nobody asks the store before
  // the database is open.
  private Future<Void> begin(OpeningDatabase database) {
    return vertx
        .deployVerticle(management)
        .onSuccess(deployments::push)
        // If another node has both, the files say so best.
        .recover(taken -> opened(database).compose(open -> Future.failedFuture(taken)))
        .compose(id -> opened(database))
        .compose(open -> vertx.executeBlocking(this::migrate))
        .compose(done -> listen())
        .onSuccess(v -> listening = true)
        .onSuccess(v -> vertx.executeBlocking(this::readContract, false));
  }

  private Future<Boolean> opened(OpeningDatabase database) {
    return vertx.executeBlocking(
        () -> {
          database.await();
          return true;
        });
  }

  private boolean readContract() {
    try {
      contract.complete(Contract.load());
    } catch (RuntimeException e) {
      LOG.error("contract.unreadable: the node is not ready", e);
      contract.fail(e);
    }
    return contract.future().succeeded();
  }

  /** Opens the embedded database, if that is where sessions are. Blocking. */
  static void openEmbedded(Config config) {
    if (isEmbedded(config)) {
      try {
        DataDirectory.of(config.store().jdbc()).ifPresent(DataDirectory::create);
        EmbeddedDatabase.open(config.store().jdbc());
      } catch (EmbeddedDatabase.InUseException e) {
        throw new StartException("jdbc.url: " + e.getMessage(), e);
      } catch (RuntimeException e) {
        throw new StartException("jdbc.url: the database cannot be opened: " + e.getMessage(), e);
      }
    }
  }

  static boolean isEmbedded(Config config) {
    return config.store().durableKind() == StoreKind.JDBC
        && config.store().jdbc().dialect().isEmbedded();
  }

  private Future<Void> listen() {
    DeploymentOptions everyLoop = new DeploymentOptions().setInstances(config.http().eventLoops());
    return vertx
        .deployVerticle(new Purger(store, config.purge()))
        .onSuccess(deployments::push)
        .compose(
            id ->
                vertx.deployVerticle(
                    () -> new HttpVerticle(config, routes::router, port, requests), everyLoop))
        .onSuccess(deployments::push)
        .mapEmpty();
  }

  // A shared database may be away now: the node starts, and is ready when it is back. Blocking.
  private boolean migrate() {
    JdbcAddress address = config.store().jdbc();
    if (config.store().durableKind() == StoreKind.JDBC && !address.dialect().isEmbedded()) {
      try {
        Schema.migrate(address);
      } catch (SessionStoreException e) {
        String why = String.valueOf(e.getMessage());
        if (!why.equals(migrationProblem)) {
          LOG.warn("store.unavailable: cannot check the schema, trying until it works: {}", why);
        }
        migrationProblem = why;
        vertx.setTimer(MIGRATION_RETRY.toMillis(), id -> vertx.executeBlocking(this::migrate));
        return false;
      }
      if (migrationProblem != null) {
        LOG.info("store.connected: the schema is checked");
      }
    }
    migrated = true;
    return true;
  }

  private Future<Void> ready() {
    return stopping || !migrated || !listening || contract.future().failed()
        ? Future.failedFuture(new IllegalStateException("not ready"))
        : store.ping();
  }

  /** Where the public listener listens. */
  int port() {
    return port.get();
  }

  /** Where the listener for operators listens. */
  int managementPort() {
    return management.port();
  }

  /**
   * Says not ready, lets requests in flight finish, and closes everything but Vert.x. Requests
   * whose time is over are answered 503.
   */
  Future<Void> stop() {
    stopping = true;
    silence.run();
    // Streams would be in flight for ever.
    Future<Void> listeners = feed.close().compose(v -> stopNext());
    Future<Void> time =
        vertx.timer(Math.max(1, config.shutdownTimeout().toMillis()), TimeUnit.MILLISECONDS);
    return Future.any(listeners, time)
        // Ends the calls under way, whose requests are then answered.
        .transform(first -> Future.join(closeStore(), listeners))
        .compose(v -> vertx.executeBlocking(() -> closeEmbedded(config)))
        .mapEmpty();
  }

  // A database on another machine that hangs is not waited for: it has nothing of ours to lose.
  private Future<Void> closeStore() {
    Future<Void> closed = store.close();
    return isEmbedded(config)
        ? closed
        : Future.any(closed.otherwiseEmpty(), vertx.timer(CLOSE_MILLIS, TimeUnit.MILLISECONDS))
            .mapEmpty();
  }

  private Future<Void> stopNext() {
    return deployments.isEmpty()
        ? Future.succeededFuture()
        : vertx.undeploy(deployments.pop()).transform(done -> stopNext());
  }

  /** Closes the embedded database, if there is one. Blocking. */
  static boolean closeEmbedded(Config config) throws Exception {
    if (isEmbedded(config)) {
      EmbeddedDatabase.close(config.store().jdbc());
    }
    return true;
  }
}
