package io.statekeep.store.redis;

/**
 * What Redis answered in place of a result: the command was not carried out. Any other failure of a
 * command means that nobody knows.
 */
final class RedisError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RedisError(String text) {
    super(text, null, false, false);
  }

  /** Whether the text begins with this kind of error. */
  boolean is(String kind) {
    return String.valueOf(getMessage()).startsWith(kind);
  }
}
