package io.statekeep.store.jdbc;

import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionRecord;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The live sessions of one subject, locked until the transaction ends.
 *
 * <p>A search alone would miss a session whose rotation commits meanwhile: it left its old key
 * before the search had the lock, and came under its new one after the search had begun. The mark
 * that it left under the old key is found, and followed.
 */
record SubjectSessions(Dialect dialect, String subject, long now) {
  private static final int LOCKS = 64;
  private static final String LOCK = "SELECT id FROM statekeep_lock WHERE id = ?";

  /**
   * Some of them.
   *
   * @param lastId where the next ones begin, or null after the last
   */
  record Part(List<SessionRecord> sessions, @Nullable String lastId) {}

  /** All of them, with no other transaction counting them meanwhile. */
  Future<List<SessionRecord>> all(SqlLink link) {
    return lock(link).compose(v -> allAfter(link, "", new ArrayList<>()));
  }

  // One for many subjects: whoever shares it waits a little, and no lock has to be made or dropped.
  private Future<Void> lock(SqlLink link) {
    if (!dialect.hasRowLocks()) {
      return Future.succeededFuture();
    }
    return link.execute(
            LOCK + dialect.rowLock(), Tuple.of(Math.floorMod(subject.hashCode(), LOCKS)))
        .mapEmpty();
  }

  private Future<List<SessionRecord>> allAfter(
      SqlLink link, String lastId, List<SessionRecord> found) {
    return after(link, lastId)
        .compose(
            part -> {
              found.addAll(part.sessions());
              return part.lastId() == null
                  ? Future.succeededFuture(found)
                  : allAfter(link, part.lastId(), found);
            });
  }

  /** Those whose ids, or marks, come after an id. */
  Future<Part> after(SqlLink link, String lastId) {
    return link.execute(Rows.FIND_BY_SUBJECT + dialect.rowLock(), Tuple.of(subject, now, lastId))
        .compose(
            rows -> {
              Loads loads = Loads.of(rows);
              return follow(link, loads, new HashSet<>())
                  .map(v -> new Part(live(loads), lastId(rows)));
            });
  }

  private static @Nullable String lastId(RowSet<Row> rows) {
    if (rows.size() < Rows.SUBJECT_PAGE) {
      return null;
    }
    String last = null;
    for (Row row : rows) {
      last = Rows.key(row).value();
    }
    return last;
  }

  private Future<Void> follow(SqlLink link, Loads loads, Set<SessionKey> followed) {
    Set<SessionKey> further = loads.targetsNotRead();
    further.removeAll(followed);
    if (further.isEmpty()) {
      return Future.succeededFuture();
    }
    followed.addAll(further);
    return loads
        .readMore(link, further, dialect.rowLock())
        .compose(v -> follow(link, loads, followed));
  }

  private List<SessionRecord> live(Loads loads) {
    return loads.sessions().stream()
        .filter(record -> subject.equals(record.subject()) && record.isLive(now))
        .toList();
  }
}
