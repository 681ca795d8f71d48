package io.statekeep.store;

import static io.statekeep.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.statekeep.session.Attributes;
import io.statekeep.session.CreateOutcome;
import io.statekeep.session.Creation;
import io.statekeep.session.Query;
import io.statekeep.session.Rotation;
import io.statekeep.session.SaveOutcome;
import io.statekeep.session.SessionDelta;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionPolicy;
import io.statekeep.session.SessionRecord;
import io.statekeep.session.SessionStore;
import io.statekeep.testing.Keys;
import io.statekeep.testing.ManualClock;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** Two nodes over one store, for each test an empty one. */
abstract class TwoNodes {
  protected static final SessionPolicy POLICY =
      new SessionPolicy(
          Duration.ofMinutes(30).toMillis(),
          SessionPolicy.NO_LIMIT,
          Duration.ofMinutes(1).toMillis(),
          true,
          16,
          4096);

  protected static Vertx vertx;

  /** What the stores go by; {@link #reopen} changes it. */
  protected SessionPolicy policy = POLICY;

  protected ManualClock clock;
  protected SessionStore store;
  protected SessionStore other;

  /** An empty store, or another node's view of the same one: {@code node} is 0 or 1. */
  protected abstract SessionStore open(int node);

  @BeforeAll
  static void startVertx() {
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void stopVertx() {
    await(vertx.close());
  }

  @BeforeEach
  protected void openStores() {
    clock = new ManualClock();
    store = open(0);
    other = open(1);
  }

  /**
   * Whether the store can limit the sessions of a subject: where they are on several servers, no
   * step of one can count them.
   */
  protected boolean countsSubjects() {
    return true;
  }

  /** Two nodes with another policy. */
  void reopen(SessionPolicy newPolicy) {
    assumeTrue(newPolicy.maxPerSubject() == 0 || countsSubjects());
    closeStores();
    policy = newPolicy;
    openStores();
  }

  @AfterEach
  void closeStores() {
    await(store.close());
    if (other != store) {
      await(other.close());
    }
  }

  protected long now() {
    return clock.millis();
  }

  protected static Attributes withName(String name) {
    return Attributes.of(new JsonObject().put("name", name));
  }

  protected SessionRecord created(Attributes attributes) {
    SessionRecord record =
        SessionRecord.create(Keys.next(), POLICY, now()).withAttributes(attributes);
    assertThat(await(store.create(Creation.of(record)))).isEqualTo(CreateOutcome.CREATED);
    return record;
  }

  protected SessionRecord createdFor(String subject) {
    SessionRecord record = SessionRecord.create(Keys.next(), POLICY, now()).withSubject(subject);
    assertThat(await(store.create(Creation.of(record)))).isEqualTo(CreateOutcome.CREATED);
    return record;
  }

  protected SessionRecord loaded(SessionKey key) {
    return await(store.load(key)).orElseThrow();
  }

  protected SessionRecord saved(SessionKey key, SessionDelta delta) {
    SaveOutcome outcome = await(store.save(key, delta));
    assertThat(outcome).isInstanceOf(SaveOutcome.Saved.class);
    return ((SaveOutcome.Saved) outcome).record();
  }

  SessionRecord rotated(Rotation rotation, SessionDelta delta) {
    SaveOutcome outcome = await(store.rotate(rotation, delta));
    assertThat(outcome).isInstanceOf(SaveOutcome.Saved.class);
    return ((SaveOutcome.Saved) outcome).record();
  }

  List<SessionKey> of(String subject) {
    return await(store.list(new Query(subject, Query.MAX_LIMIT, null))).sessions().stream()
        .map(SessionRecord::key)
        .toList();
  }

  List<SessionKey> all() {
    return await(store.list(new Query(null, Query.MAX_LIMIT, null))).sessions().stream()
        .map(SessionRecord::key)
        .toList();
  }

  /** Frees all that is over. */
  void purgeAll() {
    while (await(store.purgeExpired(100)) > 0) {
      await(other.purgeExpired(100));
    }
  }
}
