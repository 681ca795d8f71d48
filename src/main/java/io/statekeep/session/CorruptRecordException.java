package io.statekeep.session;

/**
 * A stored record that cannot be read. Stores treat it as an ended session and say so in the log.
 */
public final class CorruptRecordException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param message what is wrong, without any stored value
   */
  public CorruptRecordException(String message) {
    super(message);
  }
}
