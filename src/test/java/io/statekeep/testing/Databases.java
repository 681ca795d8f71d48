package io.statekeep.testing;

import io.statekeep.session.SessionPolicy;
import io.statekeep.session.SessionStore;
import io.statekeep.store.jdbc.JdbcAddress;
import io.statekeep.store.jdbc.JdbcSessionStore;
import io.statekeep.store.jdbc.Schema;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;

/** Fresh databases for tests, one for each class that asks. */
public final class Databases {
  // Far above what a loaded machine needs: deadlines have tests of their own.
  private static final long TIMEOUT_MILLIS = 30_000;

  private Databases() {}

  public static Database newHsqldb() {
    try {
      Path directory = Files.createTempDirectory("statekeep-test");
      directory.toFile().deleteOnExit();
      return new Database("jdbc:hsqldb:file:" + directory.resolve("sessions"), "", TIMEOUT_MILLIS);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static Database newPostgres() {
    return new Database(Servers.newPostgresUrl(), "postgres", TIMEOUT_MILLIS);
  }

  public static Database newMariaDb() {
    return new Database(Servers.newMariaDbUrl(), "root", TIMEOUT_MILLIS);
  }

  /** One database. */
  public record Database(String url, String user, long timeoutMillis) {
    public JdbcAddress address() {
      return new JdbcAddress(url, user, "", timeoutMillis);
    }

    /** The same database, by a URL with one more parameter. */
    public Database with(String parameter) {
      String sign = url.contains("?") ? "&" : "?";
      return new Database(url + sign + parameter, user, timeoutMillis);
    }

    /** A store over this database, its schema up to date. */
    public SessionStore open(Vertx vertx, SessionPolicy policy, InstantSource clock) {
      JdbcAddress address = address();
      Schema.migrate(address);
      JdbcSessionStore.Rules rules =
          new JdbcSessionStore.Rules(address.dialect(), policy, clock, 4, timeoutMillis);
      return new JdbcSessionStore(vertx, rules, JdbcSessionStore.links(vertx, address));
    }

    public void empty() {
      execute("DELETE FROM statekeep_session");
    }

    /** Runs a statement past any store. */
    public void execute(String sql) {
      try (Connection connection = DriverManager.getConnection(url, user, "");
          Statement statement = connection.createStatement()) {
        statement.execute(sql);
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
