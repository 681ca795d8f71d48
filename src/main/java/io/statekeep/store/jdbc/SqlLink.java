package io.statekeep.store.jdbc;

import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.List;

/**
 * One connection to a database, for one lane: on its event loop alone. A failure says by {@link
 * SqlErrors} whether the connection was lost; no call waits longer than the timeout of the address.
 */
public interface SqlLink {

  /**
   * Carries out a statement.
   *
   * @param sql with a {@code ?} for each value
   */
  Future<RowSet<Row>> execute(String sql, Tuple values);

  /** Carries out a statement without values. */
  default Future<RowSet<Row>> execute(String sql) {
    return execute(sql, Tuple.tuple());
  }

  /**
   * Carries out a statement once for each row of values.
   *
   * @return how many rows of the table each of them changed
   */
  Future<List<Integer>> executeBatch(String sql, List<Tuple> rows);

  /** Begins a transaction: all that follows, up to its commit or rollback. */
  Future<Void> begin();

  /** Keeps what the transaction did; a failure leaves open whether it was. */
  Future<Void> commit();

  /**
   * Undoes what the transaction did; a failure other than the loss of the connection leaves open
   * whether it was.
   */
  Future<Void> rollback();

  /** Ends the connection, in whatever state it is; to be called once. */
  Future<Void> close();
}
