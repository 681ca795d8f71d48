package io.statekeep.store.jdbc;

import io.statekeep.session.Rotation;
import io.statekeep.session.SessionRecord;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The statements of one transaction: each kind once, with the parameters of all its rows. */
final class Statements {
  private final Batch deletes = new Batch(Rows.DELETE_LIVE);
  private final Batch moves = new Batch(Rows.MOVE);
  private final Batch updates = new Batch(Rows.UPDATE);
  private final Batch inserts = new Batch(Rows.INSERT);

  void delete(RowChange change, long now) {
    deletes.add(change, Tuple.of(change.key.value(), now));
  }

  void move(RowChange change, SessionRecord before, Rotation rotation, long now) {
    moves.add(change, Rows.move(before, rotation.to(), rotation.graceMillis(), now));
  }

  void update(RowChange change, SessionRecord before, SessionRecord after, long now) {
    updates.add(change, Rows.update(before, after, now));
  }

  void insert(RowChange change, SessionRecord record) {
    inserts.add(change, Rows.insert(record));
  }

  Future<Void> execute(SqlConnection connection) {
    return deletes
        .execute(connection)
        .compose(v -> moves.execute(connection))
        .compose(v -> updates.execute(connection))
        .compose(
            v -> {
              // A session that did not leave its old key must not appear under the new one.
              inserts.dropIf(moves::missed);
              return inserts.execute(connection);
            });
  }

  private static final class Batch {
    private final String sql;
    private final List<RowChange> changes = new ArrayList<>();
    private final List<Tuple> parameters = new ArrayList<>();

    Batch(String sql) {
      this.sql = sql;
    }

    void add(RowChange change, Tuple tuple) {
      changes.add(change);
      parameters.add(tuple);
    }

    boolean missed(RowChange change) {
      return changes.contains(change) && change.affected == 0;
    }

    void dropIf(java.util.function.Predicate<RowChange> condition) {
      for (int i = changes.size() - 1; i >= 0; i--) {
        if (condition.test(changes.get(i))) {
          changes.remove(i);
          parameters.remove(i);
        }
      }
    }

    Future<Void> execute(SqlConnection connection) {
      if (changes.isEmpty()) {
        return Future.succeededFuture();
      }
      return connection.preparedQuery(sql).executeBatch(parameters).map(this::readCounts);
    }

    private @Nullable Void readCounts(RowSet<Row> counts) {
      int i = 0;
      for (Row count : counts) {
        changes.get(i++).affected = count.getInteger(0);
      }
      return null;
    }
  }
}
