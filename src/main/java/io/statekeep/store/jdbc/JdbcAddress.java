package io.statekeep.store.jdbc;

/**
 * Where the database is and who asks.
 *
 * @param url of JDBC
 * @param user empty for none
 * @param password empty for none
 * @param timeoutMillis how long a driver may wait for an answer, in milliseconds
 */
public record JdbcAddress(String url, String user, String password, long timeoutMillis) {

  /** The database's kind. */
  public Dialect dialect() {
    return Dialect.ofUrl(url);
  }

  String driverUrl() {
    return dialect().driverUrl(url, timeoutMillis);
  }

  // A URL may hold a password, too.
  @Override
  public String toString() {
    return "JdbcAddress[" + dialect() + "]";
  }
}
