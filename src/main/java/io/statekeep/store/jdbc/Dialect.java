package io.statekeep.store.jdbc;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The databases, and all in which they differ. */
public enum Dialect {
  /** Embedded, in this process alone. */
  HSQLDB(""),
  /** PostgreSQL 11 and later. */
  POSTGRESQL(" FOR UPDATE"),
  /** MariaDB 10.6 and later. */
  MARIADB(" FOR UPDATE");

  /**
   * How old an event in MariaDB has to be, in milliseconds, before what is missing in front of it
   * is taken for a transaction that was undone.
   */
  static final int MARIADB_SETTLE_MILLIS = 15_000;

  /**
   * To be said to PostgreSQL once on each connection. Every row that the store asks for is found by
   * an index, but a plan made while the table was small would read all of it, and what changes have
   * left behind in it, too. What has no index costs so much then that it would be compiled.
   */
  static final String BY_INDEX = "SET enable_seqscan = off; SET jit = off";

  private static final String MARIADB_IDLE =
      "sessionVariables=idle_write_transaction_timeout=" + MARIADB_SETTLE_MILLIS / 3000;

  private final String rowLock;

  Dialect(String rowLock) {
    this.rowLock = rowLock;
  }

  /**
   * The dialect of a JDBC URL.
   *
   * @throws IllegalArgumentException if there is none for it; the message names those there are,
   *     not the URL
   */
  public static Dialect ofUrl(String url) {
    String start = url.toLowerCase(Locale.ROOT);
    if (start.startsWith("jdbc:hsqldb:file:") || start.startsWith("jdbc:hsqldb:mem:")) {
      return HSQLDB;
    }
    if (start.startsWith("jdbc:postgresql:")) {
      return POSTGRESQL;
    }
    if (start.startsWith("jdbc:mariadb:")) {
      return MARIADB;
    }
    throw new IllegalArgumentException(
        "must begin with jdbc:hsqldb:file:, jdbc:hsqldb:mem:, jdbc:postgresql: or jdbc:mariadb:");
  }

  /** Whether the database lives in this process, so that nobody else can write to it. */
  public boolean isEmbedded() {
    return this == HSQLDB;
  }

  /**
   * Whether writers on several connections wait for each other's rows. HSQLDB answers the loser
   * with an error instead, so its writers take turns on one connection.
   */
  boolean hasRowLocks() {
    return !rowLock.isEmpty();
  }

  String rowLock() {
    return rowLock;
  }

  /** Whether one statement can take the rows of many as arrays. */
  boolean takesArrays() {
    return this == POSTGRESQL;
  }

  /** Whether a {@code DELETE} can say what it deleted. */
  boolean returnsDeleted() {
    return this != HSQLDB;
  }

  /** Where the migrations of this dialect are, on the class path. */
  String migrations() {
    return "db/statekeep/" + name().toLowerCase(Locale.ROOT);
  }

  /** The newest of them. */
  int schemaVersion() {
    return this == POSTGRESQL ? 3 : 2;
  }

  /**
   * The URL as the driver is given it: durable on every acknowledgement, no call longer than the
   * timeout. What the URL itself says goes first.
   */
  String driverUrl(String url, long timeoutMillis) {
    if (this == HSQLDB) {
      String durable = withProperty(url, "hsqldb.write_delay=false");
      // FilesLock keeps other processes away.
      return withProperty(withProperty(durable, "hsqldb.tx=mvcc"), "hsqldb.lock_file=false");
    }
    // PostgreSQL's driver counts seconds, MariaDB's milliseconds.
    long wait = this == POSTGRESQL ? Math.max(1, (timeoutMillis + 999) / 1000) : timeoutMillis;
    String result = url;
    List<String> pairs =
        new ArrayList<>(
            List.of("socketTimeout=" + wait, "connectTimeout=" + wait, "tcpKeepAlive=true"));
    if (this == MARIADB) {
      pairs.add(MARIADB_IDLE);
    }
    for (String pair : pairs) {
      String name = pair.substring(0, pair.indexOf('=') + 1);
      if (!url.contains("?" + name) && !url.contains("&" + name)) {
        result += (result.contains("?") ? "&" : "?") + pair;
      }
    }
    return result;
  }

  private static String withProperty(String url, String pair) {
    String name = pair.substring(0, pair.indexOf('=') + 1);
    return url.contains(";" + name) ? url : url + ";" + pair;
  }
}
