package io.statekeep.store.jdbc;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.DatabaseException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A connection to PostgreSQL on the event loop of its lane: no thread waits, and the begin of a
 * transaction is sent together with its first statement.
 */
final class PgLink implements SqlLink {
  // A connection that nobody needs for so long is used once, so that nothing in between forgets it.
  private static final long KEEP_ALIVE_MILLIS = 30_000;

  private final VertxInternal vertx;
  private final PgConnector connector;
  private final SqlConnection connection;
  private final long timeoutMillis;
  private final long timer;
  private final Map<String, String> numbered = new HashMap<>();
  private final Set<Promise<?>> waiting = new HashSet<>();
  private Future<?> begun = Future.succeededFuture();
  // When the server last answered, or was asked after a silence.
  private long since = System.nanoTime();

  private PgLink(
      VertxInternal vertx, PgConnector connector, SqlConnection connection, long timeoutMillis) {
    this.vertx = vertx;
    this.connector = connector;
    this.connection = connection;
    this.timeoutMillis = timeoutMillis;
    // A connection that ends fails what waits for it, and whoever asks next.
    connection.exceptionHandler(failure -> {});
    this.timer = vertx.setPeriodic(Math.max(1, timeoutMillis / 4), id -> look());
  }

  /** Connects within the timeout, for use on the context that calls. */
  static Future<SqlLink> connect(Vertx vertx, PgConnectOptions options, long timeoutMillis) {
    VertxInternal internal = (VertxInternal) vertx;
    PgConnector connector = new PgConnector(internal, timeoutMillis);
    Promise<SqlLink> link = internal.promise();
    long timer =
        vertx.setTimer(
            timeoutMillis,
            id -> link.tryFail(new IOException("no connection within " + timeoutMillis + " ms")));
    connector
        .connect(
            internal.getOrCreateContext(),
            new PgConnectOptions(options)
                .setCachePreparedStatements(true)
                .setPreparedStatementCacheSqlFilter(sql -> true))
        .compose(opened -> opened.query(Dialect.BY_INDEX).execute().map(opened))
        .onFailure(link::tryFail)
        .onSuccess(
            opened -> {
              if (!link.future().isComplete()) {
                link.complete(new PgLink(internal, connector, opened, timeoutMillis));
              }
            });
    return link.future()
        .onComplete(v -> vertx.cancelTimer(timer))
        .onFailure(failure -> connector.end());
  }

  @Override
  public Future<RowSet<Row>> execute(String sql, Tuple values) {
    return watch(connection.preparedQuery(numbered(sql)).execute(values));
  }

  @Override
  public Future<List<Integer>> executeBatch(String sql, List<Tuple> rows) {
    return watch(connection.preparedQuery(numbered(sql)).executeBatch(rows))
        .map(
            first -> {
              List<Integer> changed = new ArrayList<>(rows.size());
              for (@Nullable RowSet<Row> one = first; one != null; one = one.next()) {
                changed.add(one.rowCount());
              }
              return changed;
            });
  }

  // Not waited for: what follows on this connection comes after it.
  @Override
  public Future<Void> begin() {
    begun = watch(connection.query("BEGIN").execute());
    return Future.succeededFuture();
  }

  // Without its begin each statement was one transaction.
  @Override
  public Future<Void> commit() {
    return begun.compose(v -> watch(connection.query("COMMIT").execute())).mapEmpty();
  }

  @Override
  public Future<Void> rollback() {
    return watch(connection.query("ROLLBACK").execute()).compose(v -> begun).mapEmpty();
  }

  @Override
  public Future<Void> close() {
    vertx.cancelTimer(timer);
    // Tells the server; what ends is the connector.
    connection.close();
    connector.end();
    return Future.succeededFuture();
  }

  private <T> Future<T> watch(Future<T> call) {
    if (waiting.isEmpty()) {
      since = System.nanoTime();
    }
    Promise<T> answer = vertx.promise();
    waiting.add(answer);
    call.onComplete(
        done -> {
          waiting.remove(answer);
          since = System.nanoTime();
          if (done.succeeded()) {
            answer.tryComplete(done.result());
          } else {
            answer.tryFail(
                done.cause() instanceof DatabaseException || connector.isOpen()
                    ? done.cause()
                    : new IOException("the connection was lost", done.cause()));
          }
        });
    return answer.future();
  }

  private void look() {
    long silent = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
    if (waiting.isEmpty() && silent > KEEP_ALIVE_MILLIS) {
      execute("SELECT 1");
    } else if (!waiting.isEmpty() && silent > timeoutMillis) {
      IOException failure = new IOException("no answer within " + timeoutMillis + " ms");
      List.copyOf(waiting).forEach(answer -> answer.tryFail(failure));
      close();
    }
  }

  private String numbered(String sql) {
    return numbered.computeIfAbsent(sql, PgLink::number);
  }

  /** As PostgreSQL itself writes the places of values: {@code $1} for the first {@code ?}. */
  private static String number(String sql) {
    StringBuilder numbered = new StringBuilder(sql.length() + 16);
    int count = 0;
    for (int i = 0; i < sql.length(); i++) {
      char c = sql.charAt(i);
      if (c == '?') {
        numbered.append('$').append(++count);
      } else {
        numbered.append(c);
      }
    }
    return numbered.toString();
  }
}
