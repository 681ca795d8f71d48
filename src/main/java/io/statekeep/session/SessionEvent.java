package io.statekeep.session;

import org.jspecify.annotations.Nullable;

/**
 * What happened to a session, or to a token that has none. Holds no token.
 *
 * @param cursor its place among the store's events, for {@link SessionStore#events}; empty before
 *     the store has it
 * @param type what happened
 * @param id the session's; after a rotation the new one; null where it is not known
 * @param subject whose session, or null
 * @param reason why it ended or was rejected, else null
 * @param at when, in milliseconds since the epoch, by the clock of the node that wrote it
 * @param count how often: 1, or more where rejections of one moment are told together
 */
public record SessionEvent(
    String cursor,
    Type type,
    @Nullable SessionKey id,
    @Nullable String subject,
    @Nullable Reason reason,
    long at,
    long count) {

  /** The kinds of event. */
  public enum Type {
    CREATED,
    ROTATED,
    ENDED,
    /** A token was turned away. */
    REJECTED
  }

  /** Why a session ended (the first three), or a token was rejected (the last three). */
  public enum Reason {
    LOGOUT,
    REVOKED,
    /** The session's time was over; of a token: it belongs to such a session. */
    EXPIRED,
    /** The token was not issued here. */
    FORGED,
    /** The token was issued here, and no session has it. */
    UNKNOWN
  }

  /** A session began. */
  public static SessionEvent created(SessionRecord record, long at) {
    return of(Type.CREATED, record.key(), record.subject(), null, at);
  }

  /** A session has a new key, and after a login a new subject. */
  public static SessionEvent rotated(SessionRecord record, long at) {
    return of(Type.ROTATED, record.key(), record.subject(), null, at);
  }

  /** A session ended. */
  public static SessionEvent ended(
      SessionKey id, @Nullable String subject, Reason reason, long at) {
    return of(Type.ENDED, id, subject, reason, at);
  }

  /** Tokens were turned away. */
  public static SessionEvent rejected(Reason reason, long at, long count) {
    return new SessionEvent("", Type.REJECTED, null, null, reason, at, count);
  }

  private static SessionEvent of(
      Type type, SessionKey id, @Nullable String subject, @Nullable Reason reason, long at) {
    return new SessionEvent("", type, id, subject, reason, at, 1);
  }

  /** The same event at this place. */
  public SessionEvent withCursor(String newCursor) {
    return new SessionEvent(newCursor, type, id, subject, reason, at, count);
  }

  // A subject belongs to a user: a log line must not hold it.
  @Override
  public String toString() {
    return "SessionEvent[" + type + ", " + id + ", " + reason + "]";
  }
}
