package io.statekeep.fault;

/**
 * What one client asked of one node, and what came of it.
 *
 * @param session the name that the test gave the session, not what a node says
 * @param start on the monotonic clock, before the request
 * @param end after the answer
 * @param value what was written, or read; empty for nothing
 */
record Operation(
    Kind kind, String session, int node, long start, long end, Outcome outcome, String value) {

  enum Kind {
    /** Adds an attribute that nobody else writes; the value is its name. */
    ADD,
    /** Writes the register; the value is what was written. */
    WRITE,
    /** Reads the session; the value is that of the register. */
    READ,
    /** Adds one to the counter; the value is what it came to. */
    INCREMENT,
    /** Ends the session. */
    END
  }

  enum Outcome {
    /** Acknowledged. */
    OK,
    /** There is no such session. */
    GONE,
    /** No answer, or "unavailable": it may or may not have happened, or may yet. */
    UNKNOWN,
    /** What a session held that is not its own: never. */
    FOREIGN
  }

  boolean is(Kind wanted, Outcome came) {
    return kind == wanted && outcome == came;
  }

  /** When it may have happened at the latest: what is unknown may happen at any time. */
  long latest() {
    return outcome == Outcome.UNKNOWN ? Long.MAX_VALUE : end;
  }
}
