package io.statekeep.store.jdbc;

import io.statekeep.session.CreateOutcome.Repeated;
import io.statekeep.session.Repeat;
import io.statekeep.session.SessionKey;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The table {@code statekeep_repeat}: creations that may be repeated, one row for each. */
final class Repeats {
  private static final String TABLE = "statekeep_repeat";

  static final String INSERT =
      "INSERT INTO "
          + TABLE
          + " (id, session_id, fingerprint, salt, expires_at) VALUES (?, ?, ?, ?, ?)";

  static final String DELETE_EXPIRED = "DELETE FROM " + TABLE + " WHERE id = ? AND expires_at <= ?";

  static final String FIND_EXPIRED =
      "SELECT id FROM " + TABLE + " WHERE expires_at <= ? ORDER BY expires_at, id LIMIT ?";

  private final Map<String, Entry> known = new HashMap<>();

  private record Entry(Repeated repeated, long until) {}

  /** Reads what is remembered under these keys; nothing is asked for none. */
  static Future<Repeats> read(SqlLink link, Set<String> keys) {
    Repeats repeats = new Repeats();
    if (keys.isEmpty()) {
      return Future.succeededFuture(repeats);
    }
    List<Object> parameters = new ArrayList<>(keys);
    String sql =
        "SELECT id, session_id, fingerprint, salt, expires_at FROM "
            + TABLE
            + " WHERE id IN (?"
            + ", ?".repeat(keys.size() - 1)
            + ")";
    return link.execute(sql, Tuple.from(parameters))
        .map(
            rows -> {
              rows.forEach(repeats::add);
              return repeats;
            });
  }

  private void add(Row row) {
    Repeated repeated = new Repeated(new SessionKey(text(row, 1)), text(row, 2), text(row, 3));
    known.put(text(row, 0), new Entry(repeated, EventRows.number(row, 4)));
  }

  private static String text(Row row, int column) {
    return (String) row.getValue(column);
  }

  /** The creation that this one repeats, or null. */
  @Nullable Repeated find(Repeat repeat, long now) {
    Entry entry = known.get(repeat.key());
    return entry == null || entry.until() <= now ? null : entry.repeated();
  }

  /** Whether something is remembered under this key whose time is over. */
  boolean isStale(Repeat repeat, long now) {
    Entry entry = known.get(repeat.key());
    return entry != null && entry.until() <= now;
  }

  static Tuple insert(Repeat repeat, SessionKey session) {
    return Tuple.of(
        repeat.key(), session.value(), repeat.fingerprint(), repeat.salt(), repeat.until());
  }
}
