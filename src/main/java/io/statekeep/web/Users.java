package io.statekeep.web;

import io.vertx.core.Future;

/** Who may log in. */
@FunctionalInterface
public interface Users {
  /**
   * Whether this is the password of that name. Takes the same time for a name that nobody has.
   * Never blocks an event loop; fails with a {@link ProblemException} of 503 when more are waiting
   * than it takes.
   */
  Future<Boolean> verify(String name, String password);
}
