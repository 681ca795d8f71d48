package io.statekeep.session;

import org.jspecify.annotations.Nullable;

/**
 * The store could not answer. Never means that a session is absent, and a write may or may not have
 * happened: to a client this is "unavailable", to be tried again. Its text holds no key, token or
 * value.
 */
public final class SessionStoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean refusal;

  /**
   * @param operation what was tried and how it failed, in words
   */
  public SessionStoreException(String operation, @Nullable Throwable cause) {
    this(operation, cause, false);
  }

  private SessionStoreException(String operation, @Nullable Throwable cause, boolean refusal) {
    super(operation, cause);
    this.refusal = refusal;
  }

  /** The backend did answer: it would not carry out this call. It may well carry out others. */
  public static SessionStoreException refusal(String operation, @Nullable Throwable cause) {
    return new SessionStoreException(operation, cause, true);
  }

  /** Whether the backend answered, so that the next call need not fail. */
  public boolean isRefusal() {
    return refusal;
  }
}
