package io.statekeep.store.jdbc;

import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionRecord;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Rows read in one statement for many keys, and the way from an old key to where its session went.
 */
final class Loads {
  // Each rotation within a minute adds a step; nobody rotates that often.
  private static final int MAX_STEPS = 8;

  private final Map<SessionKey, Rows.Content> contents = new HashMap<>();

  private Loads() {}

  /** What these rows say. */
  static Loads of(RowSet<Row> rows) {
    Loads loads = new Loads();
    loads.collect(rows);
    return loads;
  }

  /** Reads the rows of these keys, and of those that marks among them lead to. */
  static Future<Loads> read(SqlLink link, Set<SessionKey> keys) {
    return new Loads().readAndFollow(link, keys, MAX_STEPS);
  }

  /** Reads and locks the rows of these keys until the transaction ends. Follows no marks. */
  static Future<Loads> lock(SqlLink link, Set<SessionKey> keys, Dialect dialect) {
    Loads loads = new Loads();
    return keys.isEmpty()
        ? Future.succeededFuture(loads)
        : loads.readMore(link, keys, dialect.rowLock()).map(loads);
  }

  private Future<Loads> readAndFollow(SqlLink link, Set<SessionKey> keys, int steps) {
    return readMore(link, keys, "")
        .compose(
            v -> {
              Set<SessionKey> further = targetsNotRead();
              return further.isEmpty() || steps == 0
                  ? Future.succeededFuture(this)
                  : readAndFollow(link, further, steps - 1);
            });
  }

  /** Adds the rows of more keys. */
  Future<Void> readMore(SqlLink link, Set<SessionKey> keys, String rowLock) {
    List<SessionKey> list = new ArrayList<>(keys);
    return link.execute(Rows.find(list.size(), rowLock), Rows.findParameters(list))
        .onSuccess(this::collect)
        .mapEmpty();
  }

  private void collect(RowSet<Row> rows) {
    for (Row row : rows) {
      Rows.Content content = Rows.readable(row);
      if (content != null) {
        contents.put(Rows.key(row), content);
      }
    }
  }

  /** Where marks lead that were read, as far as that was not read itself. */
  Set<SessionKey> targetsNotRead() {
    Set<SessionKey> targets = new HashSet<>();
    for (Rows.Content content : contents.values()) {
      if (content instanceof Rows.Content.Moved moved && !contents.containsKey(moved.to())) {
        targets.add(moved.to());
      }
    }
    return targets;
  }

  /** All sessions that were read, live or expired. */
  List<SessionRecord> sessions() {
    List<SessionRecord> sessions = new ArrayList<>();
    for (Rows.Content content : contents.values()) {
      if (content instanceof Rows.Content.Session session) {
        sessions.add(session.record());
      }
    }
    return sessions;
  }

  /** The session of exactly this key, live or expired. */
  @Nullable SessionRecord session(SessionKey key) {
    return contents.get(key) instanceof Rows.Content.Session session ? session.record() : null;
  }

  /** The session that a reader of this key reads. */
  @Nullable SessionRecord live(SessionKey key, long now) {
    Rows.Content content = contents.get(key);
    if (content instanceof Rows.Content.Moved first && now >= first.until()) {
      return null;
    }
    for (int step = 0; step <= MAX_STEPS; step++) {
      if (content instanceof Rows.Content.Moved moved) {
        content = contents.get(moved.to());
      }
    }
    return content instanceof Rows.Content.Session session && session.record().isLive(now)
        ? session.record()
        : null;
  }
}
