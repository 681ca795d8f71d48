package io.statekeep.service;

import org.jspecify.annotations.Nullable;

/** The service cannot start; the message tells an operator why. */
final class StartException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StartException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
