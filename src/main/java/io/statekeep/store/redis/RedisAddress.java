package io.statekeep.store.redis;

import java.util.List;

/**
 * Where Redis is, and who asks.
 *
 * @param mode how the URLs lead to the servers that hold the sessions
 * @param urls {@code redis://[user:password@]host:port/database} each, or {@code rediss://} for
 *     TLS; at least one. User, password, database and TLS of the first hold for all servers that
 *     hold sessions
 * @param masterName what sentinels call the primary
 * @param timeoutMillis how long a connection may take to be made, and an answer to come, in
 *     milliseconds
 */
public record RedisAddress(Mode mode, List<String> urls, String masterName, long timeoutMillis) {

  /** Who is at the URLs. */
  public enum Mode {
    /** The one server. */
    STANDALONE,
    /** Sentinels, which know the primary. */
    SENTINEL,
    /** Some of the nodes of a Redis Cluster. */
    CLUSTER
  }

  public RedisAddress {
    urls = List.copyOf(urls);
  }

  /** One server. */
  public static RedisAddress standalone(String url, long timeoutMillis) {
    return new RedisAddress(Mode.STANDALONE, List.of(url), "", timeoutMillis);
  }

  // A URL may hold a password.
  @Override
  public String toString() {
    return "RedisAddress[" + mode + "]";
  }
}
