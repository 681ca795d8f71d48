package io.statekeep.session;

import org.jspecify.annotations.Nullable;

/**
 * A session as stores keep it. Immutable.
 *
 * @param key under which it is stored; after a rotation with grace, a load by the old key answers
 *     the new one here
 * @param subject whose session it is, or null before a login; changes only by a {@link Rotation}
 * @param attributes what it holds
 * @param lifetime when it began and ends
 * @param version 1 at creation, grows with every change; a touch is no change
 */
public record SessionRecord(
    SessionKey key,
    @Nullable String subject,
    Attributes attributes,
    Lifetime lifetime,
    long version) {

  /** A new session under the policy, empty and without a subject. */
  public static SessionRecord create(SessionKey key, SessionPolicy policy, long now) {
    return new SessionRecord(key, null, Attributes.NONE, Lifetime.begin(policy, now), 1);
  }

  /** Whether the session lives at this moment. */
  public boolean isLive(long now) {
    return lifetime.isLive(now);
  }

  /** The same session for this subject. */
  public SessionRecord withSubject(@Nullable String newSubject) {
    return new SessionRecord(key, newSubject, attributes, lifetime, version);
  }

  /** The same session with these attributes. */
  public SessionRecord withAttributes(Attributes newAttributes) {
    return new SessionRecord(key, subject, newAttributes, lifetime, version);
  }

  /** The same session with this lifetime. */
  public SessionRecord withLifetime(Lifetime newLifetime) {
    return new SessionRecord(key, subject, attributes, newLifetime, version);
  }

  SessionRecord withNextVersion() {
    return new SessionRecord(key, subject, attributes, lifetime, version + 1);
  }

  // Subject and attributes belong to users: a log line must not hold them.
  @Override
  public String toString() {
    return "SessionRecord[" + key + ", version=" + version + "]";
  }
}
