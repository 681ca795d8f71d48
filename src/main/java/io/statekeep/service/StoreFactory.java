package io.statekeep.service;

import io.statekeep.service.config.Config;
import io.statekeep.service.config.Config.StoreKind;
import io.statekeep.session.OverLimit;
import io.statekeep.session.SessionStore;
import io.statekeep.store.guarded.GuardedSessionStore;
import io.statekeep.store.jdbc.JdbcSessionStore;
import io.statekeep.store.layered.Coherence;
import io.statekeep.store.layered.LayeredSessionStore;
import io.statekeep.store.local.LocalSessionStore;
import io.statekeep.store.redis.RedisSessionStore;
import io.vertx.core.Vertx;
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

  StoreFactory(Vertx vertx, Config config, InstantSource clock) {
    this.vertx = vertx;
    this.config = config;
    this.clock = clock;
  }

  /** What keeps the sessions; connects when first used. The schema of a database must be there. */
  SessionStore keeper() {
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
              JdbcSessionStore.pools(vertx, store.jdbc()));
      case REDIS ->
          new RedisSessionStore(
              vertx,
              new RedisSessionStore.Rules(
                  config.policy(), clock, store.redisPrefix(), timeout, config.events().max()),
              RedisSessionStore.clients(vertx, store.redisUrl(), timeout));
      case LOCAL, LAYERED ->
          new LocalSessionStore(
              vertx,
              config.policy(),
              clock,
              new LocalSessionStore.Capacity(
                  store.localSessions(), store.localBytes(), config.events().max()));
    };
  }

  /**
   * The store as requests use it: deadlines, and a near cache if asked for, in front of what keeps
   * the sessions.
   */
  SessionStore inFrontOf(SessionStore keeper) {
    Config.Store store = config.store();
    SessionStore layered = store.kind() == StoreKind.LAYERED ? nearCache(keeper) : keeper;
    GuardedSessionStore.Bounds bounds =
        new GuardedSessionStore.Bounds(store.timeout().toMillis(), store.maxPending());
    return new GuardedSessionStore(vertx, bounds, layered);
  }

  private SessionStore nearCache(SessionStore keeper) {
    Config.Store store = config.store();
    Coherence coherence =
        isExclusive(store) ? Coherence.EXCLUSIVE : new Coherence.Lease(store.maxStale());
    boolean newestWins =
        config.policy().maxPerSubject() > 0 && config.policy().overLimit() == OverLimit.END_OLDEST;
    return new LayeredSessionStore(
        vertx,
        new LayeredSessionStore.Rules(
            clock, System::nanoTime, coherence, store.nearCacheBytes(), newestWins),
        keeper);
  }

  /** Whether nobody but this process can write to the store. */
  private static boolean isExclusive(Config.Store store) {
    return store.durableKind() == StoreKind.JDBC && store.jdbc().dialect().isEmbedded();
  }

  /** The store in words, for the log. */
  static String describe(Config config) {
    Config.Store store = config.store();
    StoreKind keeper = store.durableKind();
    String words =
        keeper == StoreKind.JDBC
            ? "jdbc " + store.jdbc().dialect().name().toLowerCase(Locale.ROOT)
            : keeper.name().toLowerCase(Locale.ROOT);
    return store.kind() != StoreKind.LAYERED
        ? words
        : "layered over "
            + words
            + (isExclusive(store)
                ? ""
                : ", near cache at most " + store.maxStale().toMillis() + " ms old");
  }
}
