package io.statekeep.web.api;

import io.statekeep.session.SessionRecord;
import io.statekeep.web.Problem;
import org.jspecify.annotations.Nullable;

/**
 * What a rotation is asked for.
 *
 * @param subject from now on, or null to keep it
 * @param graceMillis how long the old token stays good for reads
 */
record Rotate(@Nullable String subject, long graceMillis) {
  static Rotate of(BodyReader body) {
    Long grace = body.millis("grace");
    return new Rotate(body.subject(), grace == null ? 0 : grace);
  }

  /** Whether the session's own subject decides what this means. */
  boolean dependsOnSubject() {
    return subject != null && graceMillis > 0;
  }

  /**
   * The same for this session, whose own subject is no new one.
   *
   * @throws io.statekeep.web.ProblemException of 400 if it would leave the token of one subject
   *     good for another
   */
  Rotate on(SessionRecord record) {
    if (subject == null || subject.equals(record.subject())) {
      return new Rotate(null, graceMillis);
    }
    throw Problem.of(400, "There is no grace where the subject changes.").exception();
  }
}
