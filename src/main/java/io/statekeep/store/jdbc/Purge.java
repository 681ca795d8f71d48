package io.statekeep.store.jdbc;

import io.statekeep.session.SessionEvent;
import io.statekeep.session.SessionKey;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;

/** Frees a batch of each kind of row whose time is over, and tells of the sessions among them. */
record Purge(JdbcSessionStore.Rules rules, int limit, long now) {

  /** Answers how many rows of one kind were looked at, at most. */
  Future<Integer> run(SqlLink link) {
    return sessions(link)
        .compose(most -> repeats(link).map(count -> Math.max(most, count)))
        .compose(most -> events(link).map(count -> Math.max(most, count)));
  }

  private Future<Integer> sessions(SqlLink link) {
    return expired(link, Rows.FIND_EXPIRED)
        .compose(
            rows -> {
              List<SessionKey> keys = new ArrayList<>();
              rows.forEach(row -> keys.add(Rows.key(row)));
              return Removal.EXPIRED
                  .run(link, rules.dialect(), keys, now)
                  .compose(gone -> tell(link, gone))
                  .map(rows.size());
            });
  }

  // Of several nodes that find a session, one deletes it, and that one tells.
  private Future<Void> tell(SqlLink link, List<Removal.Gone> gone) {
    List<SessionEvent> events =
        gone.stream()
            .filter(one -> !one.mark())
            .map(one -> one.ended(SessionEvent.Reason.EXPIRED, now))
            .toList();
    return new EventRows(rules.dialect()).insert(link, events);
  }

  private Future<Integer> repeats(SqlLink link) {
    return expired(link, Repeats.FIND_EXPIRED)
        .compose(
            rows -> {
              List<Tuple> keys = new ArrayList<>();
              rows.forEach(row -> keys.add(Tuple.of(row.getValue(0), now)));
              return keys.isEmpty()
                  ? Future.succeededFuture(0)
                  : link.executeBatch(Repeats.DELETE_EXPIRED, keys).map(rows.size());
            });
  }

  private Future<RowSet<Row>> expired(SqlLink link, String sql) {
    return link.execute(sql, Tuple.of(now, limit));
  }

  private Future<Integer> events(SqlLink link) {
    EventRows events = new EventRows(rules.dialect());
    return link.execute(events.selectOldest(), Tuple.of(limit))
        .compose(
            rows -> {
              EventPlace last = null;
              int count = 0;
              for (Row row : rows) {
                if (EventRows.number(row, 2) > now - rules.eventMillis()) {
                  break;
                }
                last = EventPlace.of(row, 0);
                count++;
              }
              return last == null ? Future.succeededFuture(0) : drop(link, events, last).map(count);
            });
  }

  private static Future<Void> drop(SqlLink link, EventRows events, EventPlace last) {
    Tuple place = Tuple.of(last.horizon(), last.seq());
    Tuple raised = Tuple.of(last.horizon(), last.seq(), last.horizon(), last.seq());
    return link.execute(events.deleteUpTo(), place)
        .compose(deleted -> link.execute(events.raiseFloor(), raised))
        .mapEmpty();
  }
}
