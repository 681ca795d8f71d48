package io.statekeep.store.jdbc;

import io.statekeep.session.SessionEvent;
import io.statekeep.session.SessionKey;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Deletes rows of the table of sessions and tells what was in those that it deleted. */
enum Removal {
  /** Sessions that are live. */
  LIVE("moved_to IS NULL AND expires_at > ?"),
  /** Sessions whose time is over, and marks. */
  EXPIRED("expires_at <= ?");

  private static final String TABLE = "statekeep_session";
  private static final String COLUMNS = "id, subject, moved_to";

  private final String condition;

  Removal(String condition) {
    this.condition = condition;
  }

  /**
   * What was there.
   *
   * @param mark whether it was no session but where one went
   */
  record Gone(SessionKey key, @Nullable String subject, boolean mark) {
    /** What to tell of it. */
    SessionEvent ended(SessionEvent.Reason reason, long now) {
      return SessionEvent.ended(key, subject, reason, now);
    }
  }

  Future<List<Gone>> run(SqlLink link, Dialect dialect, Collection<SessionKey> keys, long now) {
    if (keys.isEmpty()) {
      return Future.succeededFuture(List.of());
    }
    List<SessionKey> list = List.copyOf(keys);
    String where = " WHERE id IN (" + Rows.placeholders(list.size()) + ") AND " + condition;
    Tuple parameters = Rows.findParameters(list).addValue(now);
    if (dialect.returnsDeleted()) {
      return link.execute(
              "DELETE FROM " + TABLE + ordered(where, dialect) + " RETURNING " + COLUMNS,
              parameters)
          .map(Removal::gone);
    }
    // Nobody else writes meanwhile: what was read is what is deleted.
    return link.execute("SELECT " + COLUMNS + " FROM " + TABLE + where, parameters)
        .compose(rows -> delete(link, gone(rows)));
  }

  // Rows are locked in one order by every node: see GroupCommit. MariaDB goes by the primary key
  // anyway; PostgreSQL promises no order but that of a query.
  private static String ordered(String where, Dialect dialect) {
    return dialect == Dialect.POSTGRESQL
        ? " WHERE id IN (SELECT id FROM " + TABLE + where + " ORDER BY id FOR UPDATE)"
        : where;
  }

  private static Future<List<Gone>> delete(SqlLink link, List<Gone> found) {
    if (found.isEmpty()) {
      return Future.succeededFuture(found);
    }
    List<Tuple> keys = found.stream().map(gone -> Tuple.of(gone.key().value())).toList();
    return link.executeBatch("DELETE FROM " + TABLE + " WHERE id = ?", keys).map(found);
  }

  private static List<Gone> gone(RowSet<Row> rows) {
    List<Gone> gone = new ArrayList<>();
    for (Row row : rows) {
      gone.add(new Gone(Rows.key(row), (String) row.getValue(1), row.getValue(2) != null));
    }
    return gone;
  }
}
