package io.statekeep.store.jdbc;

import io.statekeep.session.SessionEvent;
import io.statekeep.session.SessionEvent.Reason;
import io.statekeep.session.SessionKey;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The table {@code statekeep_event}: one row for each event, in the order of their places. */
final class EventRows {
  private static final String TABLE = "statekeep_event";
  private static final String COLUMNS =
      "event_type, session_id, subject, reason, happened_at, times";

  private static final String INSERT = "INSERT INTO " + TABLE + " (" + COLUMNS + ") VALUES ";
  private static final String ROW = "(?, ?, ?, ?, ?, ?)";
  private static final int ROWS_OF_ONE_STATEMENT = 64;

  private static final List<Columns> INSERTED =
      List.of(
          Columns.TEXT, Columns.TEXT, Columns.TEXT, Columns.TEXT, Columns.BIGINT, Columns.BIGINT);

  private static final String INSERT_ALL = Columns.insertInto(TABLE, COLUMNS, INSERTED);

  // The oldest transaction under way: none writes an event at or below it.
  private static final String POSTGRES_OLDEST = "txid_snapshot_xmin(txid_current_snapshot())";

  // The server ends a transaction of ours that waits for its client for longer than a third of
  // this: what is older has nothing unfinished in front of it.
  private static final String MARIADB_SETTLED =
      "made_at < UNIX_TIMESTAMP(NOW(3)) * 1000 - " + Dialect.MARIADB_SETTLE_MILLIS;

  private final Dialect dialect;

  EventRows(Dialect dialect) {
    this.dialect = dialect;
  }

  /** Writes events, in this order, in the transaction that is under way. */
  Future<Void> insert(SqlLink link, List<SessionEvent> events) {
    if (events.isEmpty()) {
      return Future.succeededFuture();
    }
    if (dialect == Dialect.MARIADB) {
      return insertRows(link, events);
    }
    List<Tuple> rows = new ArrayList<>();
    events.forEach(event -> rows.add(add(Tuple.tuple(), event)));
    if (dialect.takesArrays() && rows.size() > 1) {
      return link.execute(INSERT_ALL, Columns.of(INSERTED, rows)).mapEmpty();
    }
    return link.executeBatch(INSERT + ROW, rows).mapEmpty();
  }

  // MariaDB's driver sends a batch as one statement of unknown length, for which the server takes
  // more numbers than it needs. Of a list of rows it knows the length.
  private static Future<Void> insertRows(SqlLink link, List<SessionEvent> events) {
    int count = Math.min(events.size(), ROWS_OF_ONE_STATEMENT);
    Tuple values = Tuple.tuple();
    events.subList(0, count).forEach(event -> add(values, event));
    return link.execute(INSERT + ROW + (", " + ROW).repeat(count - 1), values)
        .compose(
            inserted ->
                count == events.size()
                    ? Future.succeededFuture()
                    : insertRows(link, events.subList(count, events.size())));
  }

  private static Tuple add(Tuple values, SessionEvent event) {
    SessionKey id = event.id();
    return values
        .addValue(word(event.type()))
        .addValue(id == null ? null : id.value())
        .addValue(event.subject())
        .addValue(word(event.reason()))
        .addValue(event.at())
        .addValue(event.count());
  }

  private static @Nullable String word(@Nullable Enum<?> value) {
    return value == null ? null : value.name().toLowerCase(Locale.ROOT);
  }

  private String order() {
    return dialect == Dialect.POSTGRESQL ? " ORDER BY horizon, seq" : " ORDER BY seq";
  }

  // Two parameters, a place. Where seq alone orders, all horizons are the same.
  private String place(String operator) {
    return dialect == Dialect.POSTGRESQL
        ? "(horizon, seq) " + operator + " (?, ?)"
        : "horizon = ? AND seq " + operator + " ?";
  }

  /** Events after a place: place, whether nothing can come in front of it any more, the rest. */
  String selectAfter() {
    return "SELECT horizon, seq, "
        + (endIsExact() ? "1" : "CASE WHEN " + MARIADB_SETTLED + " THEN 1 ELSE 0 END")
        + ", "
        + COLUMNS
        + " FROM "
        + TABLE
        + " WHERE "
        + place(">")
        + (dialect == Dialect.POSTGRESQL ? " AND horizon <= " + POSTGRES_OLDEST : "")
        + order()
        + " LIMIT ?";
  }

  /** The place up to which events are no longer kept, and the last place there may be. */
  String selectBounds() {
    return "SELECT f.horizon, f.seq, "
        + (dialect == Dialect.POSTGRESQL
            ? POSTGRES_OLDEST + " + 1, 0"
            : "0, COALESCE((SELECT MAX(e.seq) FROM " + TABLE + " e), 0)")
        + " FROM statekeep_event_floor f";
  }

  /** Whether nothing can still come in front of the last place there may be. */
  boolean endIsExact() {
    return dialect != Dialect.MARIADB;
  }

  /** The last event of those that have nothing unfinished in front of them. */
  String selectSettled() {
    return "SELECT horizon, seq FROM "
        + TABLE
        + (endIsExact() ? "" : " WHERE " + MARIADB_SETTLED)
        + " ORDER BY seq DESC LIMIT 1";
  }

  /** The first events: place and time. */
  String selectOldest() {
    return "SELECT horizon, seq, happened_at FROM " + TABLE + order() + " LIMIT ?";
  }

  String deleteUpTo() {
    return "DELETE FROM " + TABLE + " WHERE " + place("<=");
  }

  String raiseFloor() {
    return "UPDATE statekeep_event_floor SET horizon = ?, seq = ? WHERE " + place("<");
  }

  static boolean isSettled(Row row) {
    return number(row, 2) == 1;
  }

  static long number(Row row, int column) {
    return ((Number) row.getValue(column)).longValue();
  }

  static SessionEvent event(Row row) {
    String id = (String) row.getValue(4);
    String reason = (String) row.getValue(6);
    return new SessionEvent(
        EventPlace.of(row, 0).cursor(),
        SessionEvent.Type.valueOf(((String) row.getValue(3)).toUpperCase(Locale.ROOT)),
        id == null ? null : new SessionKey(id),
        (String) row.getValue(5),
        reason == null ? null : Reason.valueOf(reason.toUpperCase(Locale.ROOT)),
        number(row, 7),
        number(row, 8));
  }
}
