package io.statekeep.store.jdbc;

import io.vertx.core.json.JsonArray;
import io.vertx.jdbcclient.impl.actions.JDBCColumnDescriptor;
import io.vertx.jdbcclient.impl.actions.SQLValueProvider;
import io.vertx.jdbcclient.spi.JDBCColumnDescriptorProvider;
import io.vertx.jdbcclient.spi.JDBCDecoder;
import io.vertx.jdbcclient.spi.JDBCEncoder;
import io.vertx.sqlclient.Tuple;
import java.sql.CallableStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Strings and numbers as they are. The stock codec asks the driver for the type of every parameter,
 * which is a round trip of its own in PostgreSQL. Public because the JDBC client makes it by name.
 */
public final class PlainValues implements JDBCEncoder, JDBCDecoder {
  @Override
  public Object encode(JsonArray input, int position, JDBCColumnDescriptorProvider types) {
    return input.getValue(position - 1);
  }

  @Override
  public Object encode(Tuple input, int position, JDBCColumnDescriptorProvider types) {
    return input.getValue(position - 1);
  }

  @Override
  public Object parse(ResultSet rows, int position, JDBCColumnDescriptorProvider types)
      throws SQLException {
    return rows.getObject(position);
  }

  @Override
  public Object parse(CallableStatement statement, int position, JDBCColumnDescriptorProvider types)
      throws SQLException {
    return statement.getObject(position);
  }

  @Override
  public Object decode(JDBCColumnDescriptor column, SQLValueProvider value) throws SQLException {
    return value.apply(null);
  }

  @Override
  public Object cast(Object value) {
    return value;
  }
}
