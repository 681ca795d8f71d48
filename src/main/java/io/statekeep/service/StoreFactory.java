package io.statekeep.service;

import io.statekeep.service.config.Config;
import io.statekeep.service.config.Config.StoreKind;
import io.statekeep.session.OverLimit;
import io.statekeep.session.SessionStore;
import io.statekeep.store.InvalidationChannel;
import io.statekeep.store.guarded.CircuitBreakerSessionStore;
import io.statekeep.store.guarded.GuardedSessionStore;
import io.statekeep.store.jdbc.JdbcSessionStore;
import io.statekeep.store.jdbc.PostgresInvalidations;
import io.statekeep.store.layered.Coherence;
import io.statekeep.store.layered.LayeredSessionStore;
import io.statekeep.store.local.LocalSessionStore;
import io.statekeep.store.redis.RedisAddress;
import io.statekeep.store.redis.RedisSessionStore;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;

/**
 * Puts the configured store together: deadlines, a near cache if asked for, and what keeps the
 * sessions.
 */
final class StoreFactory {
  private final Vertx vertx;
  private final Config config;
  private final InstantSource clock;

  private final SessionStore keeper;

  StoreFactory(Vertx vertx, Config config, InstantSource clock) {
    this.vertx = vertx;
    this.config = config;
    this.clock = clock;
    this.keeper = newKeeper();
  }

  /** What keeps the sessions; connects when first used. The schema of a database must be there. */
  SessionStore keeper() {
    return keeper;
  }

  private SessionStore newKeeper() {
    Config.Store store = config.store();
    long timeout = store.timeout().toMillis();
    return switch (store.durableKind()) {
      case JDBC ->
          new JdbcSessionStore(
              vertx,
              new JdbcSessionStore.Rules(
                  store.jdbc().dialect(),
                  config.policy(),
                  clock,
                  store.jdbcConnections(),
                  timeout,
                  config.events().retention().toMillis()),
              JdbcSessionStore.links(vertx, store.jdbc()));
      case REDIS ->
          new RedisSessionStore(
              vertx,
              new RedisSessionStore.Rules(
                  config.policy(), clock, store.redisPrefix(), timeout, config.events().max()),
              store.redis());
      case LOCAL, LAYERED ->
          new LocalSessionStore(
              vertx,
              config.policy(),
              clock,
              new LocalSessionStore.Capacity(
                  store.localSessions(), store.localBytes(), config.events().max()));
    };
  }

  /** The store as requests use it: measured, with deadlines, and a near cache if asked for. */
  StoreStack forRequests() {
    MeteredSessionStore measured = new MeteredSessionStore(keeper);
    CircuitBreakerSessionStore breaker = needsBreaker() ? breaker(measured) : null;
    SessionStore asked = breaker == null ? measured : breaker;
    LayeredSessionStore near = config.store().kind() == StoreKind.LAYERED ? nearCache(asked) : null;
    return new StoreStack(withDeadlines(near == null ? asked : near), near, breaker, measured);
  }

  // Memory is always there, and what one primary of a cluster does not answer says nothing of the
  // others.
  private boolean needsBreaker() {
    return switch (config.store().durableKind()) {
      case LOCAL, LAYERED -> false;
      case JDBC -> true;
      case REDIS -> config.store().redis().mode() != RedisAddress.Mode.CLUSTER;
    };
  }

  private CircuitBreakerSessionStore breaker(SessionStore measured) {
    return new CircuitBreakerSessionStore(vertx, config.store().timeout().toMillis(), measured);
  }

  /** The store for a few questions: deadlines alone. */
  SessionStore forCommands() {
    return withDeadlines(keeper);
  }

  private SessionStore withDeadlines(SessionStore store) {
    Config.Store rules = config.store();
    return new GuardedSessionStore(
        vertx,
        new GuardedSessionStore.Bounds(rules.timeout().toMillis(), rules.maxPending()),
        store);
  }

  private LayeredSessionStore nearCache(SessionStore store) {
    boolean newestWins =
        config.policy().maxPerSubject() > 0 && config.policy().overLimit() == OverLimit.END_OLDEST;
    return new LayeredSessionStore(
        vertx,
        new LayeredSessionStore.Rules(
            clock,
            System::nanoTime,
            coherence(),
            config.store().nearCache().maxBytes(),
            newestWins),
        store);
  }

  private Coherence coherence() {
    Config.Store store = config.store();
    if (isExclusive(store)) {
      return Coherence.EXCLUSIVE;
    }
    Duration maxStale = store.nearCache().maxStale();
    return switch (store.nearCache().invalidation()) {
      case REDIS -> new Coherence.Told(redis(maxStale), maxStale);
      case POSTGRES -> new Coherence.Told(postgres(maxStale), maxStale);
      case NONE -> new Coherence.Lease(maxStale);
    };
  }

  private InvalidationChannel redis(Duration maxStale) {
    return ((RedisSessionStore) keeper).invalidations(vertx, maxStale);
  }

  private InvalidationChannel postgres(Duration maxStale) {
    Config.Store store = config.store();
    return new PostgresInvalidations(
        vertx, store.jdbc(), store.timeout().toMillis(), maxStale.toMillis());
  }

  /** Whether nobody but this process can write to the store. */
  private static boolean isExclusive(Config.Store store) {
    return store.durableKind() == StoreKind.JDBC && store.jdbc().dialect().isEmbedded();
  }

  private static String redisMode(Config.Store store) {
    RedisAddress.Mode mode = store.redis().mode();
    return store.durableKind() != StoreKind.REDIS || mode == RedisAddress.Mode.STANDALONE
        ? ""
        : " " + mode.name().toLowerCase(Locale.ROOT);
  }

  /** The store in words, for the log. */
  static String describe(Config config) {
    Config.Store store = config.store();
    StoreKind keeper = store.durableKind();
    String words =
        keeper == StoreKind.JDBC
            ? "jdbc " + store.jdbc().dialect().name().toLowerCase(Locale.ROOT)
            : keeper.name().toLowerCase(Locale.ROOT) + redisMode(store);
    return store.kind() == StoreKind.LAYERED
        ? "layered over " + words + (isExclusive(store) ? "" : ", " + coherence(store))
        : words;
  }

  private static String coherence(Config.Store store) {
    Config.NearCache near = store.nearCache();
    String bound = near.maxStale().toMillis() + " ms";
    return switch (near.invalidation()) {
      case REDIS -> "told of changes by Redis, near cache at most " + bound + " behind";
      case POSTGRES -> "told of changes by PostgreSQL, near cache at most " + bound + " behind";
      case NONE -> "not told of changes, near cache at most " + bound + " old";
    };
  }
}
