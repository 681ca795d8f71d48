package io.statekeep.store.layered;

import static io.statekeep.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statekeep.session.Attributes;
import io.statekeep.session.Creation;
import io.statekeep.session.EndReason;
import io.statekeep.session.OverLimit;
import io.statekeep.session.Rotation;
import io.statekeep.session.SaveOutcome;
import io.statekeep.session.SessionDelta;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionPolicy;
import io.statekeep.session.SessionRecord;
import io.statekeep.session.SessionStoreException;
import io.statekeep.store.InvalidationChannel;
import io.statekeep.store.local.LocalSessionStore;
import io.statekeep.testing.HeldStore;
import io.statekeep.testing.Keys;
import io.statekeep.testing.ManualChannel;
import io.statekeep.testing.ManualClock;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a near cache may keep, and what it costs. The store behind it answers in the order that a
 * test says.
 */
class LayeredSessionStoreTest {
  private static final SessionPolicy POLICY = SessionPolicy.DEFAULT;
  private static final Duration MAX_STALE = Duration.ofSeconds(2);

  private final Vertx vertx = Vertx.vertx();
  private final ManualClock clock = new ManualClock();
  private final AtomicLong nanos = new AtomicLong();
  private HeldStore far;
  private LayeredSessionStore store;
  private SessionRecord record;

  @BeforeEach
  void open() {
    far =
        new HeldStore(
            new LocalSessionStore(
                vertx, POLICY, clock, new LocalSessionStore.Capacity(100_000, 1L << 30)));
    far.letGo();
    store = near(1 << 20, far);
    record = created("alice");
    far.takeCalls();
  }

  private LayeredSessionStore near(long maxBytes, HeldStore behind) {
    Coherence lease = new Coherence.Lease(MAX_STALE);
    return new LayeredSessionStore(
        vertx, new LayeredSessionStore.Rules(clock, nanos::get, lease, maxBytes), behind);
  }

  @AfterEach
  void close() {
    await(vertx.close());
  }

  private SessionRecord created(String subject) {
    SessionRecord fresh =
        SessionRecord.create(Keys.next(), POLICY, clock.millis()).withSubject(subject);
    await(store.create(Creation.of(fresh)));
    return fresh;
  }

  private Optional<SessionRecord> loaded() {
    return await(store.load(record.key()));
  }

  // --- budgets

  @Test
  void aCopyIsServedWithoutTheStore() {
    assertThat(loaded()).contains(record);
    assertThat(loaded()).contains(record);
    assertThat(far.takeCalls()).isEmpty();
  }

  @Test
  void aChangeIsOneCallThatTellsTheStoreWhatWasRead() {
    await(store.save(record.key(), SessionDelta.put("a", "1")));
    assertThat(far.takeCalls()).containsExactly("save seen");
    assertThat(loaded().orElseThrow().attributes().get("a")).isEqualTo("1");
    assertThat(far.takeCalls()).isEmpty();
  }

  @Test
  void anUnknownKeyIsOneCallEachTime() {
    SessionKey unknown = Keys.next();
    await(store.load(unknown));
    await(store.load(unknown));
    assertThat(far.takeCalls()).containsExactly("load", "load");
  }

  @Test
  void concurrentReadsShareOne() {
    nanos.addAndGet(MAX_STALE.toNanos() + 1);
    far.hold();
    Future<Optional<SessionRecord>> one = store.load(record.key());
    Future<Optional<SessionRecord>> two = store.load(record.key());
    assertThat(far.takeCalls()).containsExactly("load");
    far.letGo();
    assertThat(await(one)).contains(record);
    assertThat(await(two)).contains(record);
  }

  // --- freshness

  @Test
  void aCopyIsServedUpToItsLeaseAndNotLonger() {
    nanos.addAndGet(MAX_STALE.toNanos());
    assertThat(loaded()).contains(record);
    assertThat(far.takeCalls()).isEmpty();
    nanos.addAndGet(1);
    assertThat(loaded()).contains(record);
    assertThat(far.takeCalls()).containsExactly("load");
  }

  @Test
  void theLeaseCountsFromTheQuestionAndNotFromTheAnswer() {
    nanos.addAndGet(MAX_STALE.toNanos() + 1);
    far.hold();
    Future<Optional<SessionRecord>> slow = store.load(record.key());
    nanos.addAndGet(MAX_STALE.toNanos());
    far.letGo();
    await(slow);
    far.takeCalls();
    nanos.addAndGet(1);
    loaded();
    assertThat(far.takeCalls()).containsExactly("load");
  }

  @Test
  void whatAnotherNodeEndedIsServedUntilTheLeaseEnds() {
    await(far.delete(record.key(), EndReason.REVOKED));
    assertThat(loaded()).isPresent();
    nanos.addAndGet(MAX_STALE.toNanos() + 1);
    assertThat(loaded()).isEmpty();
  }

  @Test
  void aCopyThatHasExpiredAsksTheStoreWhichMayKnowOfATouch() {
    clock.advance(Duration.ofDays(14));
    await(far.save(record.key(), SessionDelta.TOUCH));
    clock.advance(Duration.ofMinutes(1));
    far.takeCalls();
    assertThat(loaded()).isPresent();
    assertThat(far.takeCalls()).containsExactly("load");
  }

  // --- told of changes

  private ManualChannel told() {
    ManualChannel channel = new ManualChannel();
    LayeredSessionStore.Rules rules =
        new LayeredSessionStore.Rules(
            clock, nanos::get, new Coherence.Told(channel, MAX_STALE), 1 << 20);
    store = new LayeredSessionStore(vertx, rules, far);
    channel.connect(nanos.get());
    return channel;
  }

  private ManualChannel toldOfACopy() {
    ManualChannel channel = told();
    loaded();
    far.takeCalls();
    return channel;
  }

  @Test
  void aCopyHoldsAsLongAsTheChannelIsHeard() {
    ManualChannel channel = toldOfACopy();
    for (int i = 0; i < 100; i++) {
      nanos.addAndGet(MAX_STALE.toNanos());
      channel.beat(nanos.get());
      channel.deliverAll();
      assertThat(loaded()).contains(record);
    }
    assertThat(far.takeCalls()).isEmpty();
  }

  @Test
  void aChannelThatIsSilentForLongerThanTheBoundIsBypassed() {
    toldOfACopy();
    nanos.addAndGet(MAX_STALE.toNanos() + 1);
    loaded();
    loaded();
    assertThat(far.takeCalls()).containsExactly("load", "load");
  }

  @Test
  void aHeartbeatThatWasSentLongAgoSaysNothingOfNow() {
    ManualChannel channel = toldOfACopy();
    channel.beat(nanos.get());
    nanos.addAndGet(MAX_STALE.toNanos() + 1);
    channel.deliverAll();
    loaded();
    assertThat(far.takeCalls()).containsExactly("load");
  }

  @Test
  void aLostChannelIsBypassedAtOnceAndUsedAgainWhenItIsBack() {
    ManualChannel channel = toldOfACopy();
    channel.lose();
    loaded();
    assertThat(far.takeCalls()).containsExactly("load");
    channel.connect(nanos.get());
    loaded();
    loaded();
    assertThat(far.takeCalls()).containsExactly("load");
  }

  @Test
  void whatWasReadBeforeTheChannelWasBackIsNotServed() {
    ManualChannel channel = toldOfACopy();
    channel.lose();
    await(far.delete(record.key(), EndReason.REVOKED));
    channel.connect(nanos.get());
    assertThat(loaded()).isEmpty();
  }

  @Test
  void whatTheStoreTellsOfIsReadAgain() {
    ManualChannel channel = toldOfACopy();
    await(far.delete(record.key(), EndReason.REVOKED));
    channel.change(record.key(), InvalidationChannel.Listener.UNKNOWN_VERSION);
    assertThat(loaded()).isPresent();
    channel.deliverAll();
    assertThat(loaded()).isEmpty();
  }

  @Test
  void aChangeFromHereThatTheStoreTellsOfLeavesItsOwnCopy() {
    ManualChannel channel = told();
    SaveOutcome outcome = await(store.save(record.key(), SessionDelta.put("a", "1")));
    far.takeCalls();
    channel.change(record.key(), ((SaveOutcome.Saved) outcome).record().version());
    channel.deliverAll();
    loaded();
    assertThat(far.takeCalls()).isEmpty();
    channel.change(record.key(), ((SaveOutcome.Saved) outcome).record().version() + 1);
    channel.deliverAll();
    loaded();
    assertThat(far.takeCalls()).containsExactly("load");
  }

  @Test
  void aStoreThatIsAwayIsStoodInForWithinTheBoundAndNotLonger() {
    ManualChannel channel = toldOfACopy();
    nanos.addAndGet(MAX_STALE.toNanos());
    channel.beat(nanos.get());
    channel.deliverAll();
    channel.lose();
    nanos.addAndGet(MAX_STALE.toNanos());
    far.hold();
    Future<Optional<SessionRecord>> within = store.load(record.key());
    far.lose(0, false);
    assertThat(await(within)).contains(record);
    nanos.addAndGet(1);
    Future<Optional<SessionRecord>> late = store.load(record.key());
    far.lose(0, false);
    assertThatThrownBy(() -> await(late)).isInstanceOf(SessionStoreException.class);
  }

  @Test
  void aReadIsNotSharedWithOneThatIsOlderThanACopyMayBe() {
    nanos.addAndGet(MAX_STALE.toNanos() + 1);
    far.hold();
    store.load(record.key());
    nanos.addAndGet(MAX_STALE.toNanos());
    store.load(record.key());
    assertThat(far.takeCalls()).containsExactly("load");
    nanos.addAndGet(1);
    store.load(record.key());
    assertThat(far.takeCalls()).containsExactly("load");
  }

  // --- races

  @Test
  void aReadThatRacedWithADeletionIsNotKept() {
    nanos.addAndGet(MAX_STALE.toNanos() + 1);
    far.hold();
    Future<Optional<SessionRecord>> read = store.load(record.key());
    far.goOn(0);
    // The store has answered; the answer is on its way when the session ends.
    Future<Boolean> deletion = store.delete(record.key(), EndReason.REVOKED);
    far.goOn(1);
    far.goOn(1);
    assertThat(await(deletion)).isTrue();
    far.letGo();
    assertThat(await(read)).isPresent();
    assertThat(loaded()).isEmpty();
  }

  @Test
  void aReadThatRacedWithAChangeIsNotKept() {
    nanos.addAndGet(MAX_STALE.toNanos() + 1);
    far.hold();
    Future<Optional<SessionRecord>> read = store.load(record.key());
    far.goOn(0);
    Future<SaveOutcome> save = store.save(record.key(), SessionDelta.put("a", "1"));
    far.goOn(1);
    far.goOn(1);
    await(save);
    far.letGo();
    await(read);
    assertThat(loaded().orElseThrow().attributes().get("a")).isEqualTo("1");
  }

  @Test
  void whoAsksAfterAnAcknowledgedChangeDoesNotShareAnOlderRead() {
    nanos.addAndGet(MAX_STALE.toNanos() + 1);
    far.hold();
    Future<Optional<SessionRecord>> old = store.load(record.key());
    far.goOn(0);
    Future<SaveOutcome> save = store.save(record.key(), SessionDelta.put("a", "1"));
    far.goOn(1);
    far.goOn(1);
    await(save);
    nanos.addAndGet(MAX_STALE.toNanos() + 1);
    Future<Optional<SessionRecord>> late = store.load(record.key());
    far.letGo();
    assertThat(await(old).orElseThrow().attributes().get("a")).isNull();
    assertThat(await(late).orElseThrow().attributes().get("a")).isEqualTo("1");
  }

  @Test
  void ofTwoChangesThatRacedTheOlderIsNotKept() {
    far.hold();
    Future<SaveOutcome> one = store.save(record.key(), SessionDelta.put("n", "1"));
    Future<SaveOutcome> two = store.save(record.key(), SessionDelta.put("n", "2"));
    // Carried out in order, heard of in reverse.
    far.goOn(0);
    far.goOn(0);
    far.goOn(1);
    await(two);
    far.goOn(0);
    await(one);
    far.letGo();
    assertThat(loaded().orElseThrow().attributes().get("n")).isEqualTo("2");
  }

  @Test
  void aChangeWithoutAnAnswerMayHaveHappenedAndIsReadFromTheStore() {
    far.hold();
    Future<SaveOutcome> lost = store.save(record.key(), SessionDelta.put("a", "1"));
    far.lose(0, true);
    assertThat(lost.failed()).isTrue();
    far.letGo();
    assertThat(loaded().orElseThrow().attributes().get("a")).isEqualTo("1");
  }

  @Test
  void anEndOfAllSessionsWithoutAnAnswerLeavesNoCopy() {
    SessionRecord bobs = created("bob");
    far.hold();
    Future<?> lost = store.deleteBySubject("alice", Optional.empty());
    far.lose(0, true);
    assertThat(lost.failed()).isTrue();
    far.letGo();
    far.takeCalls();
    assertThat(loaded()).isEmpty();
    assertThat(await(store.load(bobs.key()))).isPresent();
    assertThat(far.takeCalls()).containsExactly("load", "load");
  }

  @Test
  void aCreationWithoutAnAnswerMayHaveEndedOthersWhereTheNewestWin() {
    SessionPolicy one = POLICY.withMaxPerSubject(1, OverLimit.END_OLDEST);
    HeldStore behind =
        new HeldStore(
            new LocalSessionStore(
                vertx, one, clock, new LocalSessionStore.Capacity(100_000, 1L << 30)));
    behind.letGo();
    store =
        new LayeredSessionStore(
            vertx,
            new LayeredSessionStore.Rules(clock, nanos::get, Coherence.EXCLUSIVE, 1 << 20, true),
            behind);
    record = created("alice");
    behind.hold();
    Future<?> lost =
        store.create(
            Creation.of(
                SessionRecord.create(Keys.next(), one, clock.millis()).withSubject("alice")));
    behind.lose(0, true);
    assertThat(lost.failed()).isTrue();
    behind.letGo();
    assertThat(loaded()).isEmpty();
  }

  @Test
  void aFailedReadIsNoAbsenceAndIsNotKept() {
    nanos.addAndGet(MAX_STALE.toNanos() + 1);
    far.hold();
    Future<Optional<SessionRecord>> read = store.load(record.key());
    far.lose(0, false);
    assertThatThrownBy(() -> await(read)).isInstanceOf(SessionStoreException.class);
    far.letGo();
    assertThat(loaded()).contains(record);
  }

  @Test
  void whatAnOldKeyReadsWithinItsGraceIsNotKept() {
    SessionKey to = Keys.nextFor(record.key());
    await(store.rotate(new Rotation(record.key(), to, null, 1000), SessionDelta.TOUCH));
    assertThat(loaded().orElseThrow().key()).isEqualTo(to);
    clock.advance(Duration.ofSeconds(1));
    assertThat(loaded()).isEmpty();
    assertThat(await(store.load(to))).isPresent();
  }

  // --- memory

  @Test
  void copiesAreBoundedInBytes() {
    LayeredSessionStore small = near(100_000, far);
    Attributes large = Attributes.of(new JsonObject().put("x", "y".repeat(9000)));
    for (int i = 0; i < 100; i++) {
      SessionRecord fresh =
          SessionRecord.create(Keys.next(), POLICY, clock.millis()).withAttributes(large);
      await(small.create(Creation.of(fresh)));
      await(small.load(fresh.key()));
    }
    assertThat(small.size()).isBetween(1L, 11L);
  }
}
