package io.statekeep.store.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.impl.RedisURI;
import org.jspecify.annotations.Nullable;

/**
 * One server, and who speaks to it.
 *
 * @param host name or address
 * @param port its port
 * @param login who speaks, and how
 */
record RedisServer(String host, int port, Login login) implements Locator {

  /**
   * Who speaks to a server, and how.
   *
   * @param tls whether by TLS; the server's certificate must then name it
   * @param user null for the server's default user
   * @param password null for none
   * @param database 0 but where somebody asks for another
   * @param primaryOnly whether a connection that finds a replica is given up
   */
  record Login(
      boolean tls,
      @Nullable String user,
      @Nullable String password,
      int database,
      boolean primaryOnly) {

    /** The same, for servers of which one at a time is the primary. */
    Login toPrimary() {
      return new Login(tls, user, password, database, true);
    }

    /** The same, for a server that has no databases. */
    Login withoutDatabase() {
      return new Login(tls, user, password, 0, false);
    }

    @Override
    public String toString() {
      return "Login[secret]";
    }
  }

  /** The server of a URL. */
  static RedisServer of(String url) {
    RedisURI uri = new RedisURI(url);
    Integer database = uri.select();
    Login login =
        new Login(uri.ssl(), uri.user(), uri.password(), database == null ? 0 : database, false);
    return new RedisServer(uri.socketAddress().host(), uri.socketAddress().port(), login);
  }

  /** A server that always is at this place. */
  @Override
  public Future<RedisServer> locate() {
    return Future.succeededFuture(this);
  }

  @Override
  public String toString() {
    return host + ":" + port;
  }
}
