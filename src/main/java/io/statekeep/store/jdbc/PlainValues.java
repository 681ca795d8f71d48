package io.statekeep.store.jdbc;

import io.vertx.core.json.JsonArray;
import io.vertx.jdbcclient.spi.JDBCColumnDescriptorProvider;
import io.vertx.jdbcclient.spi.JDBCEncoder;
import io.vertx.sqlclient.Tuple;

/**
 * Parameters as they are. The stock encoder asks the driver for the type of every parameter, which
 * is a round trip of its own in PostgreSQL. Public because the JDBC client makes it by name.
 */
public final class PlainValues implements JDBCEncoder {
  @Override
  public Object encode(JsonArray input, int position, JDBCColumnDescriptorProvider types) {
    return input.getValue(position - 1);
  }

  @Override
  public Object encode(Tuple input, int position, JDBCColumnDescriptorProvider types) {
    return input.getValue(position - 1);
  }
}
