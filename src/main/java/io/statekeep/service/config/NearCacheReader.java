package io.statekeep.service.config;

import io.statekeep.service.config.Config.Invalidation;
import io.statekeep.service.config.Config.NearCache;
import io.statekeep.service.config.Config.StoreKind;
import io.statekeep.store.jdbc.JdbcAddress;
import io.statekeep.store.jdbc.PostgresInvalidations;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** Reads how the near cache of {@code store: layered} is kept right. */
final class NearCacheReader {
  private static final long MOST_BYTES = 1L << 50;
  // What auto stands for before it is known what the store offers.
  private static final Optional<Invalidation> AUTO = Optional.empty();

  private NearCacheReader() {}

  /**
   * Reads the rules.
   *
   * @param backing what keeps the sessions
   * @param jdbc where its database is, if it is one
   * @param inUse whether there is a near cache, so that its keys may contradict others
   */
  static NearCache read(ConfigReader reader, StoreKind backing, JdbcAddress jdbc, boolean inUse) {
    Duration maxStale =
        reader.duration(ConfigKey.LAYERED_MAX_STALE, Duration.ZERO, Duration.ofHours(1));
    Optional<Invalidation> asked =
        reader.choice(
            ConfigKey.LAYERED_INVALIDATION,
            Map.of(
                "auto", AUTO,
                "none", Optional.of(Invalidation.NONE),
                "redis", Optional.of(Invalidation.REDIS),
                "postgres", Optional.of(Invalidation.POSTGRES)));
    Invalidation offered = offered(backing, jdbc);
    Invalidation taken = asked.orElse(offered);
    if (inUse && taken != Invalidation.NONE && taken != offered) {
      reader.problem(
          ConfigKey.LAYERED_INVALIDATION,
          "must be how layered.backing tells of changes: redis with redis, postgres with a jdbc.url"
              + " of PostgreSQL that the channel can honour (docs/stores.md)");
    }
    return new NearCache(
        maxStale,
        reader.sizeOrAuto(
            ConfigKey.LAYERED_MAX_BYTES, 0, MOST_BYTES, Runtime.getRuntime().maxMemory() / 8),
        // Without a bound that is longer than no time, no copy is ever served.
        maxStale.isZero() ? Invalidation.NONE : taken);
  }

  private static Invalidation offered(StoreKind backing, JdbcAddress jdbc) {
    if (backing == StoreKind.REDIS) {
      return Invalidation.REDIS;
    }
    try {
      return PostgresInvalidations.refusal(jdbc).isEmpty()
          ? Invalidation.POSTGRES
          : Invalidation.NONE;
    } catch (IllegalArgumentException e) {
      // The URL's own problem is reported where it is read.
      return Invalidation.NONE;
    }
  }
}
