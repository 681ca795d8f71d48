package io.statekeep.web;

import io.vertx.core.Future;

/** Who may log in. */
@FunctionalInterface
public interface Users {
  /**
   * Whether this is the password of that name. For a name that nobody has it takes as long as for
   * one that somebody has. Never blocks an event loop; fails with a {@link ProblemException} of 503
   * when more are waiting than it takes, or when the turn does not come in time.
   */
  Future<Boolean> verify(String name, String password);
}
