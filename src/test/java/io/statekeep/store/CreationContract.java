package io.statekeep.store;

import static io.statekeep.testing.Await.await;
import static io.statekeep.testing.Await.awaitAll;
import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.session.CreateOutcome;
import io.statekeep.session.Creation;
import io.statekeep.session.EndReason;
import io.statekeep.session.OverLimit;
import io.statekeep.session.Repeat;
import io.statekeep.session.Rotation;
import io.statekeep.session.SaveOutcome;
import io.statekeep.session.SessionDelta;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionRecord;
import io.statekeep.testing.Keys;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What every store does with a creation that is repeated, and with one session too many. */
abstract class CreationContract extends TwoNodes {
  private static final long DAY = Duration.ofDays(1).toMillis();

  private SessionRecord fresh(String subject) {
    return SessionRecord.create(Keys.next(), policy, now()).withSubject(subject);
  }

  private Creation freshFor(String subject, Repeat repeat) {
    SessionRecord record = SessionRecord.create(keyFor(repeat), policy, now());
    return new Creation(record.withSubject(subject), repeat);
  }

  private Creation creation(String repeatKey) {
    Repeat repeat = new Repeat(repeatKey, "print", "salt", now() + DAY);
    return new Creation(SessionRecord.create(keyFor(repeat), POLICY, now()), repeat);
  }

  // A session is in the partition of its repeat.
  private static SessionKey keyFor(Repeat repeat) {
    return Keys.nextFor(new SessionKey(repeat.key()));
  }

  // Unique in a database that several tests share.
  private static String newRepeatKey() {
    return Keys.next().value();
  }

  // --- repeats

  @Test
  void aRepeatedCreationAnswersWhatTheFirstOneMade() {
    String key = newRepeatKey();
    Creation first = creation(key);
    assertThat(await(store.create(first))).isEqualTo(CreateOutcome.CREATED);
    Repeat other = new Repeat(key, "another-print", "another-salt", now() + 1);
    Creation second = new Creation(SessionRecord.create(keyFor(other), POLICY, now()), other);
    CreateOutcome again = await(this.other.create(second));
    assertThat(again).isEqualTo(new CreateOutcome.Repeated(first.record().key(), "print", "salt"));
    assertThat(await(store.create(creation(key)))).isEqualTo(again);
    assertThat(all()).containsExactly(first.record().key());
  }

  @Test
  void creationsUnderOtherRepeatKeysAreTheirOwn() {
    assertThat(await(store.create(creation(newRepeatKey())))).isEqualTo(CreateOutcome.CREATED);
    assertThat(await(store.create(creation(newRepeatKey())))).isEqualTo(CreateOutcome.CREATED);
    assertThat(all()).hasSize(2);
  }

  @Test
  void aRepeatDoesNotReviveASessionThatHasEnded() {
    String key = newRepeatKey();
    Creation first = creation(key);
    SessionKey session = first.record().key();
    await(store.create(first));
    await(other.delete(session, EndReason.LOGOUT));
    assertThat(await(store.create(creation(key))))
        .isEqualTo(new CreateOutcome.Repeated(session, "print", "salt"));
    clock.advance(Duration.ofHours(23));
    purgeAll();
    assertThat(await(other.create(creation(key))))
        .isEqualTo(new CreateOutcome.Repeated(session, "print", "salt"));
    assertThat(all()).isEmpty();
  }

  @Test
  void aRepeatIsForgottenWhenItsTimeIsOver() {
    String key = newRepeatKey();
    String purged = newRepeatKey();
    await(store.create(creation(key)));
    await(store.create(creation(purged)));
    clock.advance(Duration.ofMillis(DAY));
    Creation second = creation(key);
    assertThat(await(other.create(second))).isEqualTo(CreateOutcome.CREATED);
    assertThat(await(store.create(creation(key))))
        .isEqualTo(new CreateOutcome.Repeated(second.record().key(), "print", "salt"));
    purgeAll();
    assertThat(await(store.create(creation(purged)))).isEqualTo(CreateOutcome.CREATED);
    assertThat(await(store.create(creation(key))))
        .isEqualTo(new CreateOutcome.Repeated(second.record().key(), "print", "salt"));
  }

  @Test
  void whatWasNotCreatedIsNotRemembered() {
    SessionRecord taken = created(withName("x"));
    String key = Keys.nextFor(taken.key()).value();
    Creation refused = new Creation(taken, new Repeat(key, "print", "salt", now() + DAY));
    assertThat(await(store.create(refused))).isEqualTo(CreateOutcome.TAKEN);
    assertThat(await(store.create(creation(key)))).isEqualTo(CreateOutcome.CREATED);
  }

  @Test
  void fiftyConcurrentCreationsUnderOneRepeatKeyMakeOneSession() {
    String key = newRepeatKey();
    List<Future<CreateOutcome>> creations = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      creations.add((i % 2 == 0 ? store : other).create(creation(key)));
    }
    List<CreateOutcome> outcomes = awaitAll(creations);
    assertThat(outcomes).containsOnlyOnce(CreateOutcome.CREATED);
    Set<SessionKey> named =
        outcomes.stream()
            .filter(outcome -> outcome instanceof CreateOutcome.Repeated)
            .map(outcome -> ((CreateOutcome.Repeated) outcome).session())
            .collect(Collectors.toSet());
    assertThat(all()).containsExactlyElementsOf(named);
  }

  // --- the limit of a subject

  @Test
  void aSubjectAtItsLimitGetsNoFurtherSession() {
    reopen(POLICY.withMaxPerSubject(2, OverLimit.REJECT));
    SessionRecord one = createdFor("alice");
    SessionRecord two = createdFor("alice");
    SessionRecord refused = fresh("alice");
    assertThat(await(other.create(Creation.of(refused)))).isEqualTo(CreateOutcome.AT_LIMIT);
    assertThat(await(store.load(refused.key()))).isEmpty();
    assertThat(of("alice")).containsExactlyInAnyOrder(one.key(), two.key());
    createdFor("bob");
    created(withName("anonymous"));
    created(withName("anonymous"));
    created(withName("anonymous"));
  }

  @Test
  void aSessionThatEndedMakesRoom() {
    reopen(POLICY.withMaxPerSubject(2, OverLimit.REJECT));
    SessionRecord ended = createdFor("alice");
    clock.advance(Duration.ofMinutes(20));
    SessionRecord moving = createdFor("alice");
    await(other.delete(ended.key(), EndReason.LOGOUT));
    createdFor("alice");
    rotated(Rotation.login(moving.key(), Keys.nextFor(moving.key()), "bob"), SessionDelta.TOUCH);
    createdFor("alice");
    assertThat(await(store.create(Creation.of(fresh("alice"))))).isEqualTo(CreateOutcome.AT_LIMIT);
    // No purge has come by, and yet they do not count.
    clock.advance(Duration.ofHours(1));
    createdFor("alice");
    createdFor("alice");
    assertThat(await(store.create(Creation.of(fresh("alice"))))).isEqualTo(CreateOutcome.AT_LIMIT);
  }

  @Test
  void aCreationAtTheLimitIsNotRemembered() {
    reopen(POLICY.withMaxPerSubject(1, OverLimit.REJECT));
    SessionRecord one = createdFor("alice");
    Repeat repeat = new Repeat(newRepeatKey(), "print", "salt", now() + DAY);
    assertThat(await(store.create(freshFor("alice", repeat)))).isEqualTo(CreateOutcome.AT_LIMIT);
    await(store.delete(one.key(), EndReason.LOGOUT));
    assertThat(await(store.create(freshFor("alice", repeat)))).isEqualTo(CreateOutcome.CREATED);
    assertThat(await(store.create(freshFor("alice", repeat))))
        .isInstanceOf(CreateOutcome.Repeated.class);
  }

  @Test
  void whereTheNewestWinTheOldestSessionsEnd() {
    reopen(POLICY.withMaxPerSubject(2, OverLimit.END_OLDEST));
    SessionRecord oldest = createdFor("alice");
    clock.advance(Duration.ofMillis(1));
    SessionRecord old = createdFor("alice");
    clock.advance(Duration.ofMillis(1));
    assertThat(await(store.load(oldest.key()))).isPresent();
    SessionRecord third = fresh("alice");
    assertThat(await(store.create(Creation.of(third))))
        .isEqualTo(new CreateOutcome.Created(Set.of(oldest.key())));
    assertThat(await(store.load(oldest.key()))).isEmpty();
    assertThat(await(other.load(oldest.key()))).isEmpty();
    assertThat(of("alice")).containsExactly(third.key(), old.key());
    clock.advance(Duration.ofMillis(1));
    SessionRecord anonymous = created(withName("x"));
    assertThat(await(store.load(old.key()))).isPresent();
    SessionKey login = Keys.nextFor(anonymous.key());
    SaveOutcome outcome =
        await(store.rotate(Rotation.login(anonymous.key(), login, "alice"), SessionDelta.TOUCH));
    assertThat(((SaveOutcome.Saved) outcome).ended()).containsExactly(old.key());
    assertThat(await(store.load(old.key()))).isEmpty();
    assertThat(of("alice")).containsExactly(login, third.key());
  }

  @Test
  void aLoginAtTheLimitIsRefusedAndLeavesTheSessionAsItWas() {
    reopen(POLICY.withMaxPerSubject(1, OverLimit.REJECT));
    SessionRecord mine = createdFor("alice");
    SessionRecord anonymous = created(withName("x"));
    SessionKey to = Keys.nextFor(anonymous.key());
    Rotation login = Rotation.login(anonymous.key(), to, "alice");
    SessionDelta delta = SessionDelta.builder().put("a", "1").touch().build();
    assertThat(await(other.rotate(login, delta))).isEqualTo(SaveOutcome.AT_LIMIT);
    assertThat(await(store.rotate(login, delta.withSeen(anonymous))))
        .isEqualTo(SaveOutcome.AT_LIMIT);
    assertThat(await(store.load(anonymous.key()))).contains(anonymous);
    assertThat(await(store.load(to))).isEmpty();
    assertThat(of("alice")).containsExactly(mine.key());
  }

  @Test
  void aRotationForTheSameSubjectNeedsNoRoom() {
    reopen(POLICY.withMaxPerSubject(1, OverLimit.REJECT));
    SessionRecord mine = createdFor("alice");
    SessionKey second = Keys.nextFor(mine.key());
    SessionKey third = Keys.nextFor(second);
    rotated(Rotation.login(mine.key(), second, "alice"), SessionDelta.TOUCH);
    rotated(Rotation.of(second, third), SessionDelta.TOUCH);
    assertThat(of("alice")).containsExactly(third);
  }

  @Test
  void aRefusedRotationEndsNoOtherSession() {
    reopen(POLICY.withMaxPerSubject(1, OverLimit.END_OLDEST));
    SessionRecord mine = createdFor("alice");
    SessionRecord anonymous = created(withName("x"));
    Rotation login = Rotation.login(anonymous.key(), Keys.nextFor(anonymous.key()), "alice");
    assertThat(await(store.rotate(login, SessionDelta.increment("name", 1))))
        .isEqualTo(new SaveOutcome.NotANumber("name"));
    assertThat(await(store.rotate(login, SessionDelta.builder().ifVersion(7).build())))
        .isEqualTo(SaveOutcome.CONFLICT);
    SessionKey unknown = Keys.next();
    Rotation ofNobody = Rotation.login(unknown, Keys.nextFor(unknown), "alice");
    assertThat(await(store.rotate(ofNobody, SessionDelta.TOUCH))).isEqualTo(SaveOutcome.GONE);
    assertThat(await(store.load(mine.key()))).isPresent();
  }

  @Test
  void concurrentCreationsAndLoginsStayWithinTheLimit() {
    reopen(POLICY.withMaxPerSubject(3, OverLimit.REJECT));
    List<Future<Boolean>> begun = crowd();
    assertThat(awaitAll(begun).stream().filter(begins -> begins)).hasSize(3);
    assertThat(of("alice")).hasSize(3);
  }

  @Test
  void concurrentCreationsAndLoginsEndTheOldestBeyondTheLimit() {
    reopen(POLICY.withMaxPerSubject(3, OverLimit.END_OLDEST));
    assertThat(awaitAll(crowd())).containsOnly(true);
    assertThat(of("alice")).hasSize(3);
  }

  @Test
  void aRotationDoesNotSlipASessionPastTheLimit() {
    reopen(POLICY.withMaxPerSubject(1, OverLimit.END_OLDEST));
    for (int round = 0; round < 20; round++) {
      SessionRecord record = fresh("alice");
      await(store.create(Creation.of(record)));
      clock.advance(Duration.ofMillis(1));
      Rotation rotation = Rotation.of(record.key(), Keys.nextFor(record.key()));
      Future<SaveOutcome> moving = other.rotate(rotation, SessionDelta.TOUCH);
      SessionRecord newest = fresh("alice");
      await(store.create(Creation.of(newest)));
      await(moving);
      assertThat(of("alice")).as("round " + round).containsExactly(newest.key());
    }
  }

  /** Twenty creations and twenty logins of one subject, from both nodes at once. */
  private List<Future<Boolean>> crowd() {
    List<SessionRecord> anonymous = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      anonymous.add(created(withName("x")));
    }
    List<Future<Boolean>> begun = new ArrayList<>();
    for (SessionRecord record : anonymous) {
      boolean even = begun.size() % 4 == 0;
      begun.add(
          (even ? store : other)
              .create(Creation.of(fresh("alice")))
              .map(outcome -> outcome instanceof CreateOutcome.Created));
      begun.add(
          (even ? other : store)
              .rotate(
                  Rotation.login(record.key(), Keys.nextFor(record.key()), "alice"),
                  SessionDelta.TOUCH)
              .map(outcome -> outcome instanceof SaveOutcome.Saved));
    }
    return begun;
  }
}
