package io.statekeep.store.jdbc;

import io.vertx.sqlclient.Tuple;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of many rows as one array for each column, for a statement that takes all rows at
 * once: PostgreSQL then plans and runs it once.
 */
enum Columns {
  TEXT("text[]"),
  BIGINT("bigint[]");

  private final String type;

  Columns(String type) {
    this.type = type;
  }

  /** A statement that inserts all rows into these columns of a table. */
  static String insertInto(String table, String names, List<Columns> columns) {
    return "INSERT INTO " + table + " (" + names + ") SELECT * FROM " + unnest(columns) + " AS v";
  }

  /** The rows as a table, for a {@code FROM}. */
  static String unnest(List<Columns> columns) {
    return "unnest("
        + String.join(", ", columns.stream().map(column -> "?::" + column.type).toList())
        + ")";
  }

  /** The parameters of either. */
  static Tuple of(List<Columns> columns, List<Tuple> rows) {
    Tuple all = Tuple.tuple();
    for (int i = 0; i < columns.size(); i++) {
      Columns column = columns.get(i);
      @Nullable Object[] values = column.array(rows.size());
      for (int row = 0; row < values.length; row++) {
        values[row] = column.element(rows.get(row).getValue(i));
      }
      all.addValue(values);
    }
    return all;
  }

  private @Nullable Object[] array(int length) {
    return this == TEXT ? new String[length] : new Long[length];
  }

  private @Nullable Object element(@Nullable Object value) {
    return this == BIGINT && value instanceof Number number ? (Long) number.longValue() : value;
  }
}
