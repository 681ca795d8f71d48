package io.statekeep.web;

import java.util.Map;

/**
 * What went wrong, for the client: it holds no class name, SQL, key or value.
 *
 * @param status of HTTP
 * @param detail one sentence
 * @param headers that belong to this problem
 */
public record Problem(int status, String detail, Map<String, String> headers) {
  /** A problem without headers of its own. */
  public static Problem of(int status, String detail) {
    return new Problem(status, detail, Map.of());
  }

  /** One that may be tried again after some seconds. */
  public static Problem retryAfter(int status, String detail, long seconds) {
    return new Problem(status, detail, Map.of("Retry-After", Long.toString(seconds)));
  }

  /** This problem as something to throw. */
  public ProblemException exception() {
    return new ProblemException(this);
  }
}
