package io.statekeep.store.jdbc;

import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionRecord;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The end of all sessions of one subject.
 *
 * <p>A search alone would miss a session whose rotation commits meanwhile: it left its old key
 * before the search had the lock, and came under its new one after the search had begun. The mark
 * that it left under the old key is found, and followed.
 */
record SubjectEnd(JdbcSessionStore.Rules rules, String subject, Optional<SessionKey> except) {

  /**
   * What one transaction ended.
   *
   * @param lastId where the next one goes on, or null after the last
   */
  record Round(Set<SessionKey> ended, @Nullable String lastId) {}

  Future<Round> run(SqlConnection connection, String lastId) {
    long now = rules.clock().millis();
    return connection
        .preparedQuery(Rows.FIND_BY_SUBJECT + rules.dialect().rowLock())
        .execute(Tuple.of(subject, now, lastId))
        .compose(
            rows -> {
              Loads loads = Loads.of(rows);
              return follow(connection, loads, new HashSet<>())
                  .compose(v -> delete(connection, loads, now))
                  .map(ended -> new Round(ended, lastId(rows)));
            });
  }

  private static @Nullable String lastId(RowSet<Row> rows) {
    String last = null;
    for (Row row : rows) {
      last = Rows.key(row).value();
    }
    return last;
  }

  private Future<Void> follow(SqlConnection connection, Loads loads, Set<SessionKey> followed) {
    Set<SessionKey> further = loads.targetsNotRead();
    further.removeAll(followed);
    if (further.isEmpty()) {
      return Future.succeededFuture();
    }
    followed.addAll(further);
    return loads
        .readMore(connection, further, rules.dialect().rowLock())
        .compose(v -> follow(connection, loads, followed));
  }

  private Future<Set<SessionKey>> delete(SqlConnection connection, Loads loads, long now) {
    List<SessionKey> keys = new ArrayList<>();
    for (SessionRecord record : loads.sessions()) {
      if (subject.equals(record.subject())
          && record.isLive(now)
          && !except.equals(Optional.of(record.key()))) {
        keys.add(record.key());
      }
    }
    return Rows.delete(connection, Rows.DELETE_LIVE, keys, now).map(v -> Set.copyOf(keys));
  }
}
