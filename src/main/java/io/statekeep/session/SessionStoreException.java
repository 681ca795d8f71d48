package io.statekeep.session;

import org.jspecify.annotations.Nullable;

/**
 * The store could not answer. Never means that a session is absent, and a write may or may not have
 * happened: to a client this is "unavailable", to be tried again. Its text holds no key, token or
 * value.
 */
public final class SessionStoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * @param operation what was tried and how it failed, in words
   */
  public SessionStoreException(String operation, @Nullable Throwable cause) {
    super(operation, cause);
  }
}
