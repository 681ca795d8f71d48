package io.statekeep.store;

import static io.statekeep.testing.Await.await;
import static io.statekeep.testing.Await.awaitAll;
import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.session.CreateOutcome;
import io.statekeep.session.Creation;
import io.statekeep.session.EndReason;
import io.statekeep.session.EventPage;
import io.statekeep.session.ExpiryChange;
import io.statekeep.session.OverLimit;
import io.statekeep.session.Rotation;
import io.statekeep.session.SessionDelta;
import io.statekeep.session.SessionEvent;
import io.statekeep.session.SessionEvent.Reason;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionPolicy;
import io.statekeep.session.SessionRecord;
import io.statekeep.session.SessionStore;
import io.statekeep.testing.Keys;
import io.vertx.core.Future;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every store tells of what happened. */
abstract class EventContract extends CreationContract {
  private static final AtomicLong MARKS = new AtomicLong(1_000_000);

  private String cursor = "";

  @BeforeEach
  void beginHere() {
    cursor = await(store.events(null, 1)).cursor();
    told();
  }

  /** The events since this was last asked, without their places. */
  private List<SessionEvent> told() {
    return told(other, 100);
  }

  private List<SessionEvent> told(SessionStore node, int limit) {
    SessionEvent mark = SessionEvent.rejected(Reason.FORGED, now(), MARKS.incrementAndGet());
    await(store.append(List.of(mark)));
    List<SessionEvent> told = new ArrayList<>();
    long giveUpAt = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    while (System.nanoTime() < giveUpAt) {
      EventPage page = await(node.events(cursor, limit));
      assertThat(page.gap()).isFalse();
      assertThat(page.events()).hasSizeLessThanOrEqualTo(limit);
      cursor = page.cursor();
      for (SessionEvent event : page.events()) {
        assertThat(event.cursor()).matches("[!-~]{1,768}");
        if (event.count() == mark.count()) {
          return told;
        }
        told.add(event.withCursor(""));
      }
    }
    throw new AssertionError("the mark was never told; before it: " + told);
  }

  private SessionEvent ended(SessionRecord record, Reason reason) {
    return SessionEvent.ended(record.key(), record.subject(), reason, now());
  }

  private SessionRecord brief(String subject) {
    SessionPolicy policy = new SessionPolicy(1000, SessionPolicy.NO_LIMIT, 0, true, 16, 4096);
    SessionRecord record = SessionRecord.create(Keys.next(), policy, now()).withSubject(subject);
    await(store.create(Creation.of(record)));
    return record;
  }

  // --- what is told

  @Test
  void aSessionsBeginMovesAndEndAreTold() {
    SessionRecord record = created(withName("x"));
    clock.advance(Duration.ofMillis(5));
    SessionKey second = Keys.nextFor(record.key());
    SessionRecord mine = rotated(Rotation.login(record.key(), second, "alice"), SessionDelta.TOUCH);
    assertThat(told())
        .containsExactly(
            SessionEvent.created(record, now() - 5), SessionEvent.rotated(mine, now()));
    SessionRecord moved =
        rotated(Rotation.of(second, Keys.nextFor(second)), SessionDelta.put("a", "1"));
    await(other.delete(moved.key(), EndReason.LOGOUT));
    assertThat(told())
        .containsExactly(SessionEvent.rotated(moved, now()), ended(moved, Reason.LOGOUT));
  }

  @Test
  void aRevokedSessionIsToldWithItsSubject() {
    SessionRecord one = createdFor("\u00e9 \ud83d\ude00 'alice'");
    told();
    await(store.delete(one.key(), EndReason.REVOKED));
    assertThat(told()).containsExactly(ended(one, Reason.REVOKED));
  }

  @Test
  void theEndOfAllSessionsOfASubjectIsToldOfEach() {
    SessionRecord one = createdFor("alice");
    SessionRecord two = createdFor("alice");
    SessionRecord spared = createdFor("alice");
    createdFor("bob");
    told();
    await(store.deleteBySubject("alice", Optional.of(spared.key())));
    assertThat(told())
        .containsExactlyInAnyOrder(ended(one, Reason.REVOKED), ended(two, Reason.REVOKED));
  }

  @Test
  void sessionsThatMakeRoomAreToldOf() {
    reopen(POLICY.withMaxPerSubject(1, OverLimit.END_OLDEST));
    beginHere();
    SessionRecord one = createdFor("alice");
    clock.advance(Duration.ofMillis(1));
    SessionRecord two = SessionRecord.create(Keys.next(), POLICY, now()).withSubject("alice");
    told();
    await(store.create(Creation.of(two)));
    assertThat(told())
        .containsExactlyInAnyOrder(ended(one, Reason.REVOKED), SessionEvent.created(two, now()));
    SessionRecord anonymous = created(withName("x"));
    told();
    Rotation login = Rotation.login(anonymous.key(), Keys.nextFor(anonymous.key()), "alice");
    SessionRecord third = rotated(login, SessionDelta.TOUCH);
    assertThat(told())
        .containsExactlyInAnyOrder(ended(two, Reason.REVOKED), SessionEvent.rotated(third, now()));
  }

  @Test
  void whatChangesNoSessionsPlaceIsNotTold() {
    SessionRecord record = created(withName("x"));
    told();
    saved(record.key(), SessionDelta.put("a", "1"));
    clock.advance(Duration.ofMinutes(2));
    saved(record.key(), SessionDelta.TOUCH);
    assertThat(told()).isEmpty();
  }

  @Test
  void whatWasRefusedIsNotTold() {
    reopen(POLICY.withMaxPerSubject(1, OverLimit.REJECT));
    beginHere();
    SessionRecord record = createdFor("alice");
    told();
    await(store.create(Creation.of(record.withSubject(null))));
    await(
        store.create(
            Creation.of(SessionRecord.create(Keys.next(), POLICY, now()).withSubject("alice"))));
    SessionKey unknown = Keys.next();
    await(store.delete(unknown, EndReason.LOGOUT));
    await(store.rotate(Rotation.of(unknown, Keys.nextFor(unknown)), SessionDelta.TOUCH));
    SessionDelta stale = SessionDelta.builder().ifVersion(9).build();
    await(store.rotate(Rotation.of(record.key(), Keys.nextFor(record.key())), stale));
    await(store.deleteBySubject("nobody", Optional.empty()));
    await(store.purgeExpired(100));
    assertThat(told()).isEmpty();
  }

  @Test
  void anExpiredSessionIsToldOfOnce() {
    List<SessionRecord> records = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      records.add(brief("s" + i));
    }
    told();
    clock.advance(Duration.ofSeconds(5));
    assertThat(told()).isEmpty();
    List<Future<Integer>> purges = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      purges.add((i % 2 == 0 ? store : other).purgeExpired(7));
    }
    awaitAll(purges);
    purgeAll();
    assertThat(told())
        .containsExactlyInAnyOrderElementsOf(
            records.stream().map(record -> ended(record, Reason.EXPIRED)).toList());
  }

  @Test
  void whateverIsDoneToAnExpiredSessionItsEndIsToldOfOnce() {
    SessionRecord deleted = brief("alice");
    SessionRecord revoked = brief("bob");
    SessionRecord touched = brief("carol");
    told();
    clock.advance(Duration.ofSeconds(5));
    await(store.delete(deleted.key(), EndReason.LOGOUT));
    await(store.deleteBySubject("bob", Optional.empty()));
    await(store.save(touched.key(), SessionDelta.TOUCH));
    await(
        store.rotate(Rotation.of(touched.key(), Keys.nextFor(touched.key())), SessionDelta.TOUCH));
    purgeAll();
    await(store.delete(touched.key(), EndReason.LOGOUT));
    assertThat(told())
        .containsExactlyInAnyOrder(
            ended(deleted, Reason.EXPIRED),
            ended(revoked, Reason.EXPIRED),
            ended(touched, Reason.EXPIRED));
  }

  @Test
  void aSessionThatEndedByASaveIsToldOfAsExpired() {
    SessionRecord record = createdFor("alice");
    told();
    ExpiryChange past = ExpiryChange.at(Instant.ofEpochMilli(now() - 1));
    await(store.save(record.key(), SessionDelta.builder().expiry(past).build()));
    clock.advance(Duration.ofSeconds(2));
    purgeAll();
    assertThat(told()).containsExactly(ended(record, Reason.EXPIRED));
  }

  @Test
  void ofAnEndAndAPurgeAtOnceOneIsTold() {
    for (int round = 0; round < 10; round++) {
      SessionRecord record = brief("alice");
      told();
      clock.advance(Duration.ofSeconds(5));
      Future<Integer> purge = other.purgeExpired(100);
      Future<Boolean> deletion = store.delete(record.key(), EndReason.REVOKED);
      Future<?> end = store.deleteBySubject("alice", Optional.empty());
      await(purge);
      await(deletion);
      await(end);
      purgeAll();
      assertThat(told()).as("round " + round).containsExactly(ended(record, Reason.EXPIRED));
    }
  }

  @Test
  void concurrentEndsOfOneSessionAreToldOfOnce() {
    SessionRecord record = createdFor("alice");
    told();
    List<Future<Boolean>> deletions = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      EndReason reason = i % 3 == 0 ? EndReason.LOGOUT : EndReason.REVOKED;
      deletions.add((i % 2 == 0 ? store : other).delete(record.key(), reason));
    }
    assertThat(awaitAll(deletions)).containsOnlyOnce(true);
    assertThat(told()).hasSize(1);
  }

  @Test
  void aSessionThatMovedIsToldOfBeforeItsEnd() {
    for (int round = 0; round < 20; round++) {
      SessionRecord record = createdFor("alice");
      told();
      SessionKey to = Keys.nextFor(record.key());
      Future<?> moving = other.rotate(Rotation.of(record.key(), to), SessionDelta.TOUCH);
      await(store.deleteBySubject("alice", Optional.empty()));
      await(moving);
      List<SessionEvent> told = told();
      assertThat(told.get(told.size() - 1).type())
          .as("round " + round)
          .isEqualTo(SessionEvent.Type.ENDED);
      assertThat(told).as("round " + round).hasSizeBetween(1, 2);
    }
  }

  @Test
  void rejectionsAreToldAsTheyWereCounted() {
    List<SessionEvent> rejections =
        List.of(
            SessionEvent.rejected(Reason.FORGED, now(), 17),
            SessionEvent.rejected(Reason.UNKNOWN, now() - 1, 1),
            SessionEvent.rejected(Reason.EXPIRED, now(), 3));
    await(other.append(rejections));
    await(other.append(List.of()));
    assertThat(told()).isEqualTo(rejections);
  }

  // --- cursors

  @Test
  void readersGoOnFromTheirCursor() {
    List<SessionKey> keys = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      keys.add(createdFor("alice").key());
    }
    EventPage first = await(store.events(cursor, 3));
    EventPage second = await(other.events(first.cursor(), 3));
    assertThat(first.events()).extracting(SessionEvent::id).isEqualTo(keys.subList(0, 3));
    assertThat(second.events()).extracting(SessionEvent::id).isEqualTo(keys.subList(3, 6));
    String inside = first.events().get(1).cursor();
    assertThat(await(other.events(inside, 1)).events()).containsExactly(first.events().get(2));
    assertThat(told(other, 2)).hasSize(7);
    EventPage last = await(store.events(cursor, 10));
    assertThat(last.events()).isEmpty();
    assertThat(last.gap()).isFalse();
    assertThat(last.cursor()).isEqualTo(cursor);
  }

  @Test
  void whoBeginsNowGetsWhatHappensFromNowOn() {
    createdFor("alice");
    told();
    EventPage begin = await(other.events(null, 10));
    assertThat(begin.events()).isEmpty();
    assertThat(begin.gap()).isFalse();
    cursor = begin.cursor();
    told();
    SessionRecord later = createdFor("alice");
    assertThat(told()).containsExactly(SessionEvent.created(later, now()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "nonsense", "-1", "999999999999999-1-9", "99999999999999999-7", "'"})
  void aCursorThatIsNoneOfTheStoresIsAGap(String foreign) {
    createdFor("alice");
    told();
    EventPage page = await(store.events(foreign, 1));
    assertThat(page.gap()).isTrue();
    EventPage next = await(store.events(page.cursor(), 1));
    assertThat(next.gap()).isFalse();
  }

  @Test
  void noEventIsSkippedWhileManyWrite() {
    List<Future<CreateOutcome>> creations = new ArrayList<>();
    List<SessionKey> keys = new ArrayList<>();
    List<SessionKey> read = new ArrayList<>();
    for (int round = 0; round < 40; round++) {
      for (int i = 0; i < 10; i++) {
        SessionRecord record = SessionRecord.create(Keys.next(), POLICY, now());
        keys.add(record.key());
        creations.add((i % 2 == 0 ? store : other).create(Creation.of(record)));
      }
      EventPage page = await((round % 2 == 0 ? store : other).events(cursor, 1000));
      page.events().forEach(event -> read.add(event.id()));
      cursor = page.cursor();
    }
    awaitAll(creations);
    told().forEach(event -> read.add(event.id()));
    assertThat(read).containsExactlyInAnyOrderElementsOf(keys);
  }

  @Test
  void everyEndIsToldWhileManyMoveAndEnd() {
    List<Future<?>> steps = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      SessionRecord record = createdFor("u" + i % 7);
      SessionStore one = i % 2 == 0 ? store : other;
      SessionStore two = i % 3 == 0 ? store : other;
      steps.add(
          one.rotate(Rotation.of(record.key(), Keys.nextFor(record.key())), SessionDelta.TOUCH));
      steps.add(two.delete(record.key(), EndReason.LOGOUT));
      steps.add(one.deleteBySubject("u" + i % 5, Optional.empty()));
    }
    steps.forEach(step -> await(step));
    int live = all().size();
    List<SessionEvent> told = told();
    assertThat(count(told, SessionEvent.Type.CREATED)).isEqualTo(60);
    assertThat(count(told, SessionEvent.Type.ENDED)).isEqualTo(60 - live);
  }

  private static long count(List<SessionEvent> events, SessionEvent.Type type) {
    return events.stream().filter(event -> event.type() == type).count();
  }
}
