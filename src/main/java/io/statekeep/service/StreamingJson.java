package io.statekeep.service;

import io.vertx.core.json.jackson.JacksonCodec;
import io.vertx.core.spi.JsonFactory;
import io.vertx.core.spi.json.JsonCodec;

/**
 * Vert.x reads and writes JSON with Jackson's streams alone. It would take data binding, which the
 * migrations bring along and which nothing here binds data with: a fifth of a second at the first
 * JSON that a node writes. Chosen in the executable jar, not in what applications depend on.
 */
public final class StreamingJson implements JsonFactory {
  @Override
  public JsonCodec codec() {
    return new JacksonCodec();
  }
}
