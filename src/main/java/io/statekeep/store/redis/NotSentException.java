package io.statekeep.store.redis;

/** A command that no server has heard of: it can be sent again, whatever it does. */
final class NotSentException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  NotSentException(String why) {
    super(why, null, false, false);
  }
}
