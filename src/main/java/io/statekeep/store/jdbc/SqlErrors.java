package io.statekeep.store.jdbc;

import io.statekeep.session.SessionStoreException;
import io.vertx.sqlclient.ClosedConnectionException;
import io.vertx.sqlclient.DatabaseException;
import java.io.IOException;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What the errors of databases mean, by SQLSTATE (ISO 9075-2 table 38, PostgreSQL appendix A). */
final class SqlErrors {
  private SqlErrors() {}

  /** Whether the key of a new row was taken. */
  static boolean isDuplicateKey(Throwable error) {
    return anyCause(error, cause -> state(cause).startsWith("23"));
  }

  /**
   * Whether the database chose this transaction to make way for another: deadlock or serialization
   * failure.
   */
  static boolean isLostRace(Throwable error) {
    return anyCause(error, cause -> state(cause).startsWith("40"));
  }

  /** Whether the connection is of no use any more: lost, or ended by the server (class 57P). */
  static boolean isConnectionLost(Throwable error) {
    return anyCause(
        error,
        cause ->
            cause instanceof SQLNonTransientConnectionException
                || cause instanceof IOException
                || cause instanceof ClosedConnectionException
                || state(cause).startsWith("08")
                || state(cause).startsWith("57P"));
  }

  /**
   * A failure for callers: what kind of error it was, without any text of it, which may hold
   * values.
   */
  static SessionStoreException unavailable(Throwable error) {
    String what = "the database did not carry out a call: " + kind(error);
    return isRefusal(error)
        ? SessionStoreException.refusal(what, error)
        : new SessionStoreException(what, error);
  }

  /** What kind of error it was, without any text of it. */
  static String kind(Throwable error) {
    String kind = error.getClass().getSimpleName();
    for (@Nullable Throwable cause = error; cause != null; cause = cause.getCause()) {
      kind = state(cause).isEmpty() ? kind : "SQLSTATE " + state(cause);
    }
    return kind;
  }

  // Class 53 is a server short of connections, memory or room, 57 one that an operator stops.
  private static boolean isRefusal(Throwable error) {
    return !isConnectionLost(error)
        && anyCause(error, cause -> !state(cause).isEmpty())
        && !anyCause(
            error, cause -> state(cause).startsWith("53") || state(cause).startsWith("57"));
  }

  private static boolean anyCause(Throwable error, Predicate<Throwable> test) {
    for (@Nullable Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (test.test(cause)) {
        return true;
      }
    }
    return false;
  }

  private static String state(Throwable cause) {
    String state =
        cause instanceof SQLException sql
            ? sql.getSQLState()
            : cause instanceof DatabaseException reactive ? reactive.getSqlState() : null;
    return state == null ? "" : state;
  }
}
