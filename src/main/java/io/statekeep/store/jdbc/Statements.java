package io.statekeep.store.jdbc;

import io.statekeep.session.Repeat;
import io.statekeep.session.Rotation;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionRecord;
import io.vertx.core.Future;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The statements of one transaction: each kind once, with the parameters of all its rows. */
final class Statements {
  private final Dialect dialect;
  private final long now;
  private final Map<SessionKey, RowChange.Deletion> deletions = new LinkedHashMap<>();
  private final Map<SessionKey, RowChange> ends = new LinkedHashMap<>();
  private final Batch moves = new Batch(Rows.MOVE);
  private final Batch updates = new Batch(Rows.UPDATE);
  private final Batch stale = new Batch(Repeats.DELETE_EXPIRED);
  private final Batch repeats = new Batch(Repeats.INSERT);
  private final Batch inserts = new Batch(Rows.INSERT);

  Statements(Dialect dialect, long now) {
    this.dialect = dialect;
    this.now = now;
  }

  void delete(RowChange.Deletion change) {
    deletions.put(change.key, change);
  }

  /** Ends other sessions, whose rows are locked, for a change. */
  void end(RowChange change, List<SessionRecord> leaving) {
    leaving.forEach(record -> ends.put(record.key(), change));
  }

  void move(RowChange change, SessionRecord before, Rotation rotation) {
    moves.add(change, Rows.move(before, rotation.to(), rotation.graceMillis(), now));
  }

  void update(RowChange change, SessionRecord before, SessionRecord after) {
    updates.add(change, Rows.update(before, after, now));
  }

  void insert(RowChange change, SessionRecord record) {
    inserts.add(change, Rows.insert(record));
  }

  /** Remembers a creation, in place of one whose time is over if there is such a one. */
  void remember(RowChange change, Repeat repeat, boolean replaces) {
    if (replaces) {
      stale.add(change, Tuple.of(repeat.key(), now));
    }
    repeats.add(change, Repeats.insert(repeat, change.key));
  }

  Future<Void> execute(SqlLink link) {
    return delete(link)
        .compose(v -> moves.execute(link))
        .compose(v -> update(link))
        .compose(v -> stale.execute(link))
        .compose(v -> repeats.execute(link))
        .compose(
            v -> {
              // A session that did not leave its old key must not appear under the new one.
              inserts.dropIf(moves::missed);
              return insert(link);
            });
  }

  private Future<Void> update(SqlLink link) {
    return dialect.takesArrays() && updates.parameters.size() > 1
        ? Rows.updateAll(link, updates.parameters).map(updates::readKeys)
        : updates.execute(link);
  }

  private Future<Void> insert(SqlLink link) {
    return dialect.takesArrays() && inserts.parameters.size() > 1
        ? Rows.insertAll(link, inserts.parameters)
        : inserts.execute(link);
  }

  private Future<Void> delete(SqlLink link) {
    Set<SessionKey> keys = new LinkedHashSet<>(ends.keySet());
    keys.addAll(deletions.keySet());
    return Removal.LIVE
        .run(link, dialect, keys, now)
        .map(
            gone -> {
              for (Removal.Gone one : gone) {
                RowChange.Deletion deletion = deletions.get(one.key());
                RowChange newcomer = ends.get(one.key());
                if (deletion != null) {
                  deletion.found(one);
                } else if (newcomer != null) {
                  newcomer.ended.add(one);
                }
              }
              return null;
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

    void dropIf(Predicate<RowChange> condition) {
      for (int i = changes.size() - 1; i >= 0; i--) {
        if (condition.test(changes.get(i))) {
          changes.remove(i);
          parameters.remove(i);
        }
      }
    }

    Future<Void> execute(SqlLink link) {
      if (changes.isEmpty()) {
        return Future.succeededFuture();
      }
      return link.executeBatch(sql, parameters).map(this::readCounts);
    }

    private @Nullable Void readKeys(Set<SessionKey> keys) {
      changes.forEach(change -> change.affected = keys.contains(change.key) ? 1 : 0);
      return null;
    }

    private @Nullable Void readCounts(List<Integer> counts) {
      for (int i = 0; i < counts.size(); i++) {
        changes.get(i).affected = counts.get(i);
      }
      return null;
    }
  }
}
