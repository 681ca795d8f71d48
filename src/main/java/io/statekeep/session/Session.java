package io.statekeep.session;

import io.statekeep.session.SessionTokens.VerifiedToken;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One request's session. Read when first needed; changes are collected and carried out by {@link
 * #commit}, which the request's handler calls once, before the head of its answer. For one request
 * on one context: not thread-safe.
 *
 * <p>A request without a live session has an empty one; the first attribute that is put creates it.
 * Nobody's token is ever adopted: a new session gets a new one.
 */
public final class Session {
  private static final String TEST_ATTRIBUTE = "testcookie";
  private static final String TEST_VALUE = "worked";

  private final Sessions sessions;
  private final Claim claim;
  private final Intent intent = new Intent();
  private final Commit commit;
  private boolean used;
  private CookieChange cookie = CookieChange.NONE;
  private @Nullable Future<CookieChange> committed;

  Session(Sessions sessions, List<VerifiedToken> candidates) {
    this.sessions = sessions;
    this.claim = new Claim(sessions, candidates);
    this.commit = new Commit(sessions, claim, intent);
  }

  /** Whether anything was read or changed: such an answer is not for caches. */
  public boolean isUsed() {
    return used;
  }

  /** The live session as the store has it, without this request's changes. */
  public Future<Optional<SessionRecord>> record() {
    used = true;
    return claim.record();
  }

  /** Whether there is a live session. */
  public Future<Boolean> exists() {
    return record().map(Optional::isPresent);
  }

  /** Whose session it is. */
  public Future<Optional<String>> subject() {
    return record().map(record -> record.map(SessionRecord::subject));
  }

  /** An attribute's value: String, Number, Boolean, JsonObject or JsonArray. */
  public Future<Optional<Object>> get(String name) {
    return record()
        .map(
            record ->
                Optional.ofNullable(intent.value(name, record.orElse(null))).map(JsonText::decode));
  }

  /** The names of all attributes. */
  public Future<Set<String>> keys() {
    return record().map(record -> intent.names(record.orElse(null)));
  }

  /**
   * Sets an attribute.
   *
   * @throws IllegalArgumentException if the name is not 1 to 128 characters long
   */
  public Session put(String name, Object value) {
    return putJson(name, JsonText.encode(value));
  }

  /**
   * Sets an attribute to a JSON text.
   *
   * @throws IllegalArgumentException if the name is not 1 to 128 characters long
   */
  public Session putJson(String name, String json) {
    checkName(name);
    used = true;
    intent.put(name, json);
    return this;
  }

  /**
   * Sets an attribute unless the store has one of that name when this is carried out. Needs no
   * read.
   *
   * @throws IllegalArgumentException if the name is not 1 to 128 characters long
   */
  public Session putIfAbsent(String name, Object value) {
    checkName(name);
    used = true;
    intent.putDefault(name, JsonText.encode(value));
    return this;
  }

  /** Drops an attribute. */
  public Session remove(String name) {
    used = true;
    intent.remove(name);
    return this;
  }

  /** The attribute's value, which is dropped. */
  public Future<Optional<Object>> pop(String name) {
    return get(name).onSuccess(value -> remove(name));
  }

  /**
   * The attribute's value, or this one, which is then set. If another request sets it meanwhile,
   * the store keeps the other's.
   *
   * @throws IllegalArgumentException if the name is not 1 to 128 characters long
   */
  public Future<Object> setDefault(String name, Object value) {
    checkName(name);
    return get(name)
        .map(
            known -> {
              if (known.isEmpty()) {
                putIfAbsent(name, value);
              }
              return known.orElse(value);
            });
  }

  /** Drops all attributes; the session stays. */
  public Session clear() {
    used = true;
    intent.clear();
    return this;
  }

  /** Ends the session and clears its cookie. What is put after this begins a new session. */
  public Session flush() {
    used = true;
    intent.flush();
    return this;
  }

  /** Gives the session a new token; the old one is dead with the commit. */
  public Session cycleKey() {
    used = true;
    intent.cycle();
    return this;
  }

  /**
   * Makes this the subject's session, under a new token. Attributes of an anonymous session, or of
   * one of the same subject, are carried over; another subject's session is ended instead.
   *
   * @throws IllegalArgumentException if the subject is not 1 to 255 characters of valid Unicode, or
   *     holds a NUL
   */
  public Session login(String subject) {
    Subjects.check(subject);
    used = true;
    intent.login(subject);
    return this;
  }

  /** Ends the session after this time without activity. */
  public Session expireAfter(Duration idle) {
    return expire(ExpiryChange.after(idle));
  }

  /** Ends the session at this moment, whatever the activity. */
  public Session expireAt(Instant moment) {
    return expire(ExpiryChange.at(moment));
  }

  /** Gives the session a cookie that ends with the browser session. */
  public Session expireWithBrowser() {
    return expire(ExpiryChange.withBrowser(sessions.policy()));
  }

  /** Gives the session the policy's life again. */
  public Session expireByPolicy() {
    return expire(ExpiryChange.byPolicy(sessions.policy()));
  }

  private Session expire(ExpiryChange change) {
    used = true;
    intent.expire(change);
    return this;
  }

  /** Sets a mark by which a later request learns whether the client keeps cookies. */
  public Session setTestCookie() {
    return put(TEST_ATTRIBUTE, TEST_VALUE);
  }

  /** Whether the mark of an earlier request came back. */
  public Future<Boolean> testCookieWorked() {
    return get(TEST_ATTRIBUTE).map(value -> value.equals(Optional.of(TEST_VALUE)));
  }

  /** Drops the mark. */
  public Session deleteTestCookie() {
    return remove(TEST_ATTRIBUTE);
  }

  /**
   * Adds to a number in the store at once, not at the commit, and answers the sum: exact under any
   * concurrency. An absent attribute counts as 0.
   *
   * @return fails with {@link SessionRefusedException} if there is no live session, or no whole
   *     number of 64 bits
   * @throws IllegalArgumentException if the name is not 1 to 128 characters long
   */
  public Future<Long> increment(String name, long by) {
    checkName(name);
    return save(SessionDelta.builder().increment(name, by).touch().build())
        .map(
            record -> {
              String sum = record.attributes().get(name);
              return sum == null ? 0 : Long.parseLong(sum);
            });
  }

  /**
   * Applies a delta in the store at once, not at the commit, and answers the session after it.
   * Unlike the commit it never begins a session.
   *
   * @return fails with {@link SessionRefusedException} if there is no live session, or the store
   *     refuses the delta
   */
  public Future<SessionRecord> save(SessionDelta delta) {
    used = true;
    return commit
        .save(delta)
        .compose(
            outcome -> {
              if (!(outcome instanceof SaveOutcome.Saved saved)) {
                return Future.failedFuture(new SessionRefusedException(outcome));
              }
              claim.saved(saved.record());
              cookie = saved.written() ? commit.renew(saved.record()) : cookie;
              return Future.succeededFuture(saved.record());
            });
  }

  /**
   * Gives the session a new token at once, not at the commit, and keeps its data; the commit
   * answers the token.
   *
   * @param subject from now on, or null to keep it
   * @param graceMillis how long the old token stays good for reads; 0 ends it at once
   * @return fails with {@link SessionRefusedException} if there is no live session, or the token
   *     was only good for reads
   * @throws IllegalArgumentException if the subject is not valid, the grace is out of bounds, or
   *     both are given
   */
  public Future<SessionRecord> rotate(@Nullable String subject, long graceMillis) {
    if (subject != null) {
      Subjects.check(subject);
    }
    used = true;
    return commit
        .rotate(subject, graceMillis)
        .map(
            rotated -> {
              cookie = rotated.cookie();
              return rotated.record();
            });
  }

  /**
   * Ends the session in the store at once, not at the commit, if it lives.
   *
   * @return fails with {@link SessionRefusedException} if the token is only good for reads
   */
  public Future<Void> end(EndReason reason) {
    used = true;
    return commit.endNow(reason);
  }

  /** Whether any token that this request sent was issued here, for a session that may be over. */
  public boolean isClaimed() {
    return !claim.candidates().isEmpty();
  }

  private static void checkName(String name) {
    if (name.isEmpty() || name.length() > SessionPolicy.MAX_NAME_CHARS) {
      throw new IllegalArgumentException("attribute name is not 1..128 characters long");
    }
  }

  /**
   * Carries out what the request wanted and answers, after the store's acknowledgement, what to
   * tell the client.
   *
   * @return fails with {@link SessionRefusedException} if the session ended while this request used
   *     it, or would be over its limits, and with {@link SessionStoreException} if the store could
   *     not answer
   */
  public Future<CookieChange> commit() {
    if (committed == null) {
      committed =
          used
              ? commit.run().map(change -> change == CookieChange.NONE ? cookie : change)
              : Future.succeededFuture(CookieChange.NONE);
    }
    return committed;
  }
}
