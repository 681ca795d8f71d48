package io.statekeep.testing;

import io.statekeep.store.jdbc.SqlLink;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Writes down the statements that go through connections, by their first word. Thread-safe. */
public final class CountingLinks {
  private final List<String> statements = new ArrayList<>();

  /** The same connections, watched. */
  public Supplier<Future<SqlLink>> around(Supplier<Future<SqlLink>> links) {
    return () -> links.get().map(Watched::new);
  }

  /** What has gone through since the last call. */
  public synchronized List<String> take() {
    List<String> taken = List.copyOf(statements);
    statements.clear();
    return taken;
  }

  private synchronized void note(String sql) {
    statements.add(sql.substring(0, sql.indexOf(' ')));
  }

  private final class Watched implements SqlLink {
    private final SqlLink link;

    Watched(SqlLink link) {
      this.link = link;
    }

    @Override
    public Future<RowSet<Row>> execute(String sql, Tuple values) {
      note(sql);
      return link.execute(sql, values);
    }

    @Override
    public Future<List<Integer>> executeBatch(String sql, List<Tuple> rows) {
      note(sql);
      return link.executeBatch(sql, rows);
    }

    @Override
    public Future<Void> begin() {
      return link.begin();
    }

    @Override
    public Future<Void> commit() {
      return link.commit();
    }

    @Override
    public Future<Void> rollback() {
      return link.rollback();
    }

    @Override
    public Future<Void> close() {
      return link.close();
    }
  }
}
