package io.statekeep.store.redis;

import io.statekeep.session.SessionKey;

/**
 * The names in Redis of one partition, or of all where there is one server: every one begins with
 * the deployment's prefix.
 */
final class Keys {
  private final int slot;
  private final String sessions;
  private final String subjects;
  private final String byCreation;
  private final String byExpiry;
  private final String repeats;
  private final String events;
  private final String heartbeats;

  /**
   * @param slot in which a cluster keeps all keys that begin so
   */
  Keys(String prefix, int slot) {
    this.slot = slot;
    sessions = prefix + "s:";
    subjects = prefix + "u:";
    byCreation = prefix + "created";
    byExpiry = prefix + "expiry";
    repeats = prefix + "r:";
    events = prefix + "events";
    heartbeats = prefix + "h:";
  }

  /** In which a cluster keeps all of them. */
  int slot() {
    return slot;
  }

  /** A hash: one session, or the mark of a rotation. */
  String session(SessionKey key) {
    return sessions + key.value();
  }

  /** A sorted set of the subject's ids by creation. */
  String subject(String subject) {
    return subjects + subject;
  }

  String sessions() {
    return sessions;
  }

  String subjects() {
    return subjects;
  }

  /** A sorted set of all ids by creation. */
  String byCreation() {
    return byCreation;
  }

  /** A hash: what is remembered of a creation that may be repeated. */
  String repeat(String key) {
    return repeats + key;
  }

  /** A stream: what happened. */
  String events() {
    return events;
  }

  /** Strings that are written to be told of, and go at once. */
  String heartbeats() {
    return heartbeats;
  }

  /** A sorted set of all ids by a time no later than their deadline. */
  String byExpiry() {
    return byExpiry;
  }
}
