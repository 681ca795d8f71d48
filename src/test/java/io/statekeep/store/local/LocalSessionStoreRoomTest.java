package io.statekeep.store.local;

import static io.statekeep.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statekeep.session.Attributes;
import io.statekeep.session.CreateOutcome;
import io.statekeep.session.Creation;
import io.statekeep.session.EndReason;
import io.statekeep.session.ExpiryChange;
import io.statekeep.session.Rotation;
import io.statekeep.session.SaveOutcome;
import io.statekeep.session.SessionDelta;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionPolicy;
import io.statekeep.session.SessionRecord;
import io.statekeep.session.SessionStoreException;
import io.statekeep.testing.Keys;
import io.statekeep.testing.ManualClock;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What fits into the memory of one process, and how it is freed. */
class LocalSessionStoreRoomTest {
  private static final SessionPolicy POLICY =
      new SessionPolicy(60_000, SessionPolicy.NO_LIMIT, 1_000, true, 16, 1 << 20);
  private static final long PLENTY = 1L << 30;
  private static final int THREADS = 4;

  private static Vertx vertx;
  private static ExecutorService pool;

  private final ManualClock clock = new ManualClock();

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx();
    pool = Executors.newFixedThreadPool(THREADS);
  }

  @AfterAll
  static void stop() {
    pool.shutdownNow();
    await(vertx.close());
  }

  // --- sessions

  @Test
  void oneSessionTooManyIsRefusedAndNoneIsEvicted() {
    LocalSessionStore store = store(10, PLENTY);
    List<SessionRecord> live = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      live.add(create(store));
    }
    SessionRecord refused = record();
    assertThatThrownBy(() -> await(store.create(Creation.of(refused))))
        .isInstanceOf(SessionStoreException.class)
        .hasMessageContaining("full");
    assertThat(await(store.load(refused.key()))).isEmpty();
    assertThat(store.size()).isEqualTo(10);
    for (SessionRecord record : live) {
      assertThat(await(store.load(record.key()))).contains(record);
    }
    // What is there can still be used and ended.
    assertThat(await(store.save(live.get(0).key(), SessionDelta.put("a", "1"))))
        .isInstanceOf(SaveOutcome.Saved.class);
    SessionKey second = live.get(1).key();
    Rotation rotation = Rotation.of(second, Keys.nextFor(second));
    assertThat(await(store.rotate(rotation, SessionDelta.TOUCH)))
        .isInstanceOf(SaveOutcome.Saved.class);
    assertThat(store.size()).isEqualTo(10);
  }

  @Test
  void ofConcurrentCreationsExactlyAsManyHoldAsFit() throws Exception {
    for (int round = 0; round < 20; round++) {
      LocalSessionStore store = store(500, PLENTY);
      assertThat(sum(inParallel(() -> createMany(store, 200)))).isEqualTo(500);
      assertThat(store.size()).isEqualTo(500);
    }
  }

  @Test
  void ofConcurrentCreationsExactlyAsManyHoldAsTheirBytesFit() throws Exception {
    long bytes = 200_000;
    int fit = createMany(store(PLENTY, bytes), 100_000);
    assertThat(fit).isBetween(100, 2_000);
    for (int round = 0; round < 20; round++) {
      LocalSessionStore store = store(PLENTY, bytes);
      assertThat(sum(inParallel(() -> createMany(store, fit)))).isEqualTo(fit);
    }
  }

  @Test
  void aKeyThatIsTakenCostsNoRoom() {
    LocalSessionStore store = store(2, PLENTY);
    SessionRecord first = create(store);
    for (int i = 0; i < 10; i++) {
      assertThat(await(store.create(Creation.of(first)))).isEqualTo(CreateOutcome.TAKEN);
    }
    assertThat(store.size()).isEqualTo(1);
    create(store);
  }

  // --- bytes

  @Test
  void whereAllRoomIsTakenSessionsLiveOnAsLongAsNoneGrows() {
    LocalSessionStore store = store(PLENTY, 50_000);
    List<SessionRecord> held = new ArrayList<>();
    SessionRecord next = record().withAttributes(Attributes.NONE.with("n", "1"));
    while (fits(store, next)) {
      held.add(next);
      next = record().withAttributes(Attributes.NONE.with("n", "1"));
    }
    assertThat(held).hasSizeGreaterThan(100);
    // Numbers that grow are not what fills the store: long after the creation, many versions later.
    for (int i = 0; i < 100; i++) {
      clock.advance(Duration.ofSeconds(50));
      for (SessionRecord record : held) {
        assertThat(await(store.save(record.key(), SessionDelta.TOUCH)))
            .isInstanceOf(SaveOutcome.Saved.class);
        assertThat(await(store.save(record.key(), SessionDelta.put("n", "2"))))
            .isInstanceOf(SaveOutcome.Saved.class);
      }
    }
    SessionKey to = Keys.nextFor(held.get(0).key());
    assertThat(await(store.rotate(Rotation.of(held.get(0).key(), to), SessionDelta.TOUCH)))
        .isInstanceOf(SaveOutcome.Saved.class);
    assertThatThrownBy(
            () -> await(store.save(to, SessionDelta.put("more", "\"" + "x".repeat(1_000) + '"'))))
        .isInstanceOf(SessionStoreException.class);
  }

  @Test
  void aSubjectTakesRoomAsLongAsItsSessionLives() {
    String subject = "s".repeat(200);
    LocalSessionStore store = store(PLENTY, 20_000);
    List<SessionRecord> held = new ArrayList<>();
    for (SessionRecord next = record(); fits(store, next); next = record()) {
      held.add(next);
    }
    // Two short ones take less room than two with a subject.
    assertThat(await(store.delete(held.get(0).key(), EndReason.REVOKED))).isTrue();
    assertThat(await(store.delete(held.get(1).key(), EndReason.REVOKED))).isTrue();
    SessionRecord one = record().withSubject(subject);
    assertThat(fits(store, one)).isFalse();
    for (SessionRecord other : held) {
      await(store.delete(other.key(), EndReason.REVOKED));
    }
    int owned = 0;
    while (fits(store, record().withSubject(subject))) {
      owned++;
    }
    assertThat(owned).isBetween(2, held.size() / 2);
    assertThat(await(store.deleteBySubject(subject, Optional.empty()))).hasSize(owned);
    for (SessionRecord other : held) {
      assertThat(fits(store, other)).isTrue();
    }
  }

  private static boolean fits(LocalSessionStore store, SessionRecord record) {
    return store.create(Creation.of(record)).succeeded();
  }

  @Test
  void aSessionThatWouldGrowTooLargeIsRefusedAndUnchanged() {
    LocalSessionStore store = store(10, 20_000);
    SessionRecord record = create(store);
    SessionDelta big = SessionDelta.put("big", text(30_000));
    assertThatThrownBy(() -> await(store.save(record.key(), big)))
        .isInstanceOf(SessionStoreException.class);
    SessionKey to = Keys.nextFor(record.key());
    assertThatThrownBy(() -> await(store.rotate(Rotation.of(record.key(), to), big)))
        .isInstanceOf(SessionStoreException.class);
    assertThat(await(store.load(to))).isEmpty();
    assertThat(await(store.load(record.key()))).contains(record);
    SessionRecord large = record().withAttributes(Attributes.NONE.with("big", text(30_000)));
    assertThatThrownBy(() -> await(store.create(Creation.of(large))))
        .isInstanceOf(SessionStoreException.class);
    // Neither took anything with it.
    assertThat(store.size()).isEqualTo(1);
    assertThat(await(store.save(record.key(), SessionDelta.put("big", text(15_000)))))
        .isInstanceOf(SaveOutcome.Saved.class);
  }

  @Test
  void ofConcurrentGrowthsExactlyAsManyHoldAsFit() throws Exception {
    for (int round = 0; round < 50; round++) {
      LocalSessionStore store = store(PLENTY, 100_000);
      List<SessionKey> keys = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        keys.add(create(store).key());
      }
      int fit = growMany(storeWith(keys, 100_000), keys, 0, 1);
      assertThat(fit).isBetween(10, 54);
      List<Callable<Integer>> work = new ArrayList<>();
      for (int t = 0; t < THREADS; t++) {
        int from = t;
        work.add(() -> growMany(store, keys, from, THREADS));
      }
      assertThat(sum(inParallel(work))).as("round " + round).isEqualTo(fit);
    }
  }

  private LocalSessionStore storeWith(List<SessionKey> keys, long bytes) {
    LocalSessionStore store = store(PLENTY, bytes);
    for (SessionKey key : keys) {
      await(store.create(Creation.of(SessionRecord.create(key, POLICY, clock.millis()))));
    }
    return store;
  }

  private int growMany(LocalSessionStore store, List<SessionKey> keys, int from, int step) {
    int grown = 0;
    for (int i = from; i < keys.size(); i += step) {
      try {
        SessionDelta delta = SessionDelta.put("text", text(2_000));
        // A rotation grows a session, too.
        SaveOutcome outcome =
            i % 2 == 0
                ? await(store.save(keys.get(i), delta))
                : await(store.rotate(Rotation.of(keys.get(i), Keys.nextFor(keys.get(i))), delta));
        assertThat(outcome).isInstanceOf(SaveOutcome.Saved.class);
        grown++;
      } catch (SessionStoreException full) {
        assertThat(await(store.load(keys.get(i)))).isPresent();
      }
    }
    return grown;
  }

  @Test
  void atNoMomentMoreHasGrownThanFits() throws Exception {
    // Room for every session, and for one of them to grow.
    LocalSessionStore store = store(PLENTY, THREADS * 1_000 + 30_000);
    AtomicInteger grown = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    SessionDelta grow = SessionDelta.put("text", text(20_000));
    SessionDelta shrink = SessionDelta.put("text", "0");
    Callable<Integer> work =
        () -> {
          SessionKey key = create(store).key();
          for (int i = 0; i < 20_000; i++) {
            if (store.save(key, grow).succeeded()) {
              // Counted while it surely has grown, and no longer.
              most.accumulateAndGet(grown.incrementAndGet(), Math::max);
              grown.decrementAndGet();
              await(store.save(key, shrink));
            }
          }
          return 0;
        };
    inParallel(work);
    assertThat(most.get()).isEqualTo(1);
  }

  // --- room given back

  @Test
  void everyEndOfASessionGivesItsRoomBack() {
    LocalSessionStore store = store(3, PLENTY);
    SessionRecord one = create(store);
    SessionRecord two = record().withSubject("alice");
    assertThat(await(store.create(Creation.of(two)))).isEqualTo(CreateOutcome.CREATED);
    SessionRecord three = create(store);
    await(store.delete(one.key(), EndReason.REVOKED));
    await(store.delete(one.key(), EndReason.REVOKED));
    assertThat(store.size()).isEqualTo(2);
    await(store.deleteBySubject("alice", Optional.empty()));
    assertThat(store.size()).isEqualTo(1);
    SessionKey moved = Keys.nextFor(three.key());
    await(store.rotate(new Rotation(three.key(), moved, null, 10_000), SessionDelta.TOUCH));
    await(store.delete(three.key(), EndReason.REVOKED));
    assertThat(store.size()).isEqualTo(1);
    await(store.delete(moved, EndReason.REVOKED));
    assertThat(store.size()).isZero();
    assertThat(createMany(store, 5)).isEqualTo(3);
  }

  @Test
  void aSessionThatShrinksGivesItsRoomBack() {
    LocalSessionStore store = store(PLENTY, 20_000);
    SessionRecord record = create(store);
    SessionDelta grow = SessionDelta.put("big", text(15_000));
    for (SessionDelta shrink :
        List.of(
            SessionDelta.builder().remove("big").build(),
            SessionDelta.builder().clear().build(),
            SessionDelta.put("big", "1"))) {
      SessionRecord other = create(store);
      await(store.save(record.key(), grow));
      assertThatThrownBy(() -> await(store.save(other.key(), grow)))
          .isInstanceOf(SessionStoreException.class);
      await(store.save(record.key(), shrink));
      assertThat(await(store.save(other.key(), grow))).isInstanceOf(SaveOutcome.Saved.class);
      await(store.delete(other.key(), EndReason.REVOKED));
    }
  }

  @Test
  void anExpiredSessionKeepsItsRoomUntilThePurge() {
    LocalSessionStore store = store(2, PLENTY);
    create(store);
    SessionRecord living = create(store);
    await(store.save(living.key(), idle(Duration.ofHours(1))));
    clock.advance(Duration.ofSeconds(63));
    assertThat(store.size()).isEqualTo(2);
    assertThatThrownBy(() -> await(store.create(Creation.of(record()))))
        .isInstanceOf(SessionStoreException.class);
    assertThat(await(store.purgeExpired(100))).isPositive();
    assertThat(store.size()).isEqualTo(1);
    create(store);
    assertThat(await(store.load(living.key()))).isPresent();
  }

  @Test
  void nothingIsLostOrCountedTwiceWhateverHappensAtOnce() throws Exception {
    long bytes = 20_000;
    int fit = createMany(store(PLENTY, bytes), 100_000);
    for (int round = 0; round < 10; round++) {
      LocalSessionStore store = store(PLENTY, bytes);
      List<Callable<Integer>> work = new ArrayList<>();
      for (int t = 0; t < THREADS; t++) {
        Random random = new Random(round * THREADS + t);
        work.add(() -> liveAndDie(store, random));
      }
      inParallel(work);
      // All sessions of the round have an end now, by themselves or by the purge.
      clock.advance(Duration.ofMinutes(10));
      while (await(store.purgeExpired(1_000)) > 0) {
        assertThat(store.size()).isNotNegative();
      }
      assertThat(store.size()).isZero();
      assertThat(createMany(store, 2 * fit)).as("round " + round).isEqualTo(fit);
    }
  }

  private int liveAndDie(LocalSessionStore store, Random random) {
    List<SessionKey> mine = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      try {
        SessionKey key = mine.isEmpty() ? null : mine.get(random.nextInt(mine.size()));
        switch (key == null ? 0 : random.nextInt(8)) {
          case 0, 1 -> {
            SessionRecord record = record().withSubject("s" + random.nextInt(100));
            await(store.create(Creation.of(record)));
            mine.add(record.key());
          }
          case 2 -> await(store.save(key, SessionDelta.put("a", text(random.nextInt(3_000)))));
          case 3 -> await(store.save(key, SessionDelta.builder().remove("a").build()));
          case 4 -> await(store.delete(key, EndReason.REVOKED));
          case 5 -> {
            SessionKey to = Keys.nextFor(key);
            SessionDelta delta = SessionDelta.put("b", text(random.nextInt(1_000)));
            await(store.rotate(new Rotation(key, to, null, random.nextInt(2) * 5_000L), delta));
            mine.add(to);
          }
          case 6 -> {
            Instant soon = Instant.ofEpochMilli(clock.millis() + random.nextInt(2_000));
            SessionDelta delta = SessionDelta.builder().expiry(ExpiryChange.at(soon)).build();
            await(store.save(key, delta));
            clock.advance(Duration.ofMillis(5));
          }
          default -> {
            await(store.purgeExpired(20));
            await(store.deleteBySubject("s" + random.nextInt(100), Optional.of(key)));
          }
        }
      } catch (SessionStoreException full) {
        assertThat(store.size()).isPositive();
      }
    }
    return 0;
  }

  // --- the purge

  @Test
  void aPurgeLooksAtNoMoreThanItIsTold() {
    LocalSessionStore store = store(PLENTY, PLENTY);
    int expired = 1_000;
    createMany(store, expired);
    List<SessionKey> living = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      SessionKey key = create(store).key();
      await(store.save(key, idle(Duration.ofHours(1))));
      living.add(key);
    }
    clock.advance(Duration.ofSeconds(63));
    int purges = 0;
    int looked = 10;
    while (looked == 10) {
      int before = store.size();
      looked = await(store.purgeExpired(10));
      assertThat(looked).isBetween(0, 10);
      assertThat(before - store.size()).isBetween(0, looked);
      purges++;
    }
    assertThat(store.size()).isEqualTo(living.size());
    // Each batch but those that met a living one was full of expired ones.
    assertThat(purges).isBetween(expired / 10, (expired + living.size()) / 10 + 1);
    assertThat(await(store.purgeExpired(10))).isZero();
    living.forEach(key -> assertThat(await(store.load(key))).isPresent());
  }

  @Test
  void aLifeThatWasCutShortIsFreedThen() {
    LocalSessionStore store = store(10, PLENTY);
    SessionRecord cut = create(store);
    SessionRecord ended = create(store);
    Instant soon = Instant.ofEpochMilli(clock.millis() + 2_000);
    await(store.save(cut.key(), SessionDelta.builder().expiry(ExpiryChange.at(soon)).build()));
    Instant past = Instant.ofEpochMilli(clock.millis() - 1);
    await(store.save(ended.key(), SessionDelta.builder().expiry(ExpiryChange.at(past)).build()));
    clock.advance(Duration.ofSeconds(1));
    await(store.purgeExpired(10));
    assertThat(store.size()).isEqualTo(1);
    clock.advance(Duration.ofSeconds(2));
    await(store.purgeExpired(10));
    assertThat(store.size()).isZero();
  }

  @Test
  void aSessionThatMovedIsFreedUnderItsNewKey() {
    LocalSessionStore store = store(10, PLENTY);
    SessionRecord record = create(store);
    SessionKey to = Keys.nextFor(record.key());
    await(store.rotate(new Rotation(record.key(), to, null, 5_000), SessionDelta.TOUCH));
    clock.advance(Duration.ofSeconds(6));
    await(store.purgeExpired(10));
    // The old key's grace is over and it holds nothing: it could be used again.
    assertThat(await(store.load(to))).isPresent();
    assertThat(await(store.rotate(Rotation.of(to, record.key()), SessionDelta.TOUCH)))
        .isInstanceOf(SaveOutcome.Saved.class);
    clock.advance(Duration.ofSeconds(63));
    await(store.purgeExpired(10));
    assertThat(store.size()).isZero();
  }

  @Test
  void theEndIsExactToTheMillisecondBeforeAnyPurge() {
    LocalSessionStore store = store(10, PLENTY);
    SessionRecord record = create(store);
    clock.advance(Duration.ofMillis(record.lifetime().expiresAt() - clock.millis() - 1));
    await(store.purgeExpired(10));
    assertThat(await(store.load(record.key()))).isPresent();
    clock.advance(Duration.ofMillis(1));
    assertThat(store.size()).isEqualTo(1);
    assertThat(await(store.load(record.key()))).isEmpty();
  }

  // --- small words

  private LocalSessionStore store(long sessions, long bytes) {
    return new LocalSessionStore(
        vertx, POLICY, clock, new LocalSessionStore.Capacity((int) sessions, bytes));
  }

  private SessionRecord record() {
    return SessionRecord.create(Keys.next(), POLICY, clock.millis());
  }

  private SessionRecord create(LocalSessionStore store) {
    SessionRecord record = record();
    assertThat(await(store.create(Creation.of(record)))).isEqualTo(CreateOutcome.CREATED);
    return record;
  }

  private int createMany(LocalSessionStore store, int tries) {
    int created = 0;
    int refused = 0;
    for (int i = 0; i < tries && refused < 100; i++) {
      try {
        created += await(store.create(Creation.of(record()))) == CreateOutcome.CREATED ? 1 : 0;
      } catch (SessionStoreException full) {
        refused++;
      }
    }
    return created;
  }

  private static SessionDelta idle(Duration timeout) {
    return SessionDelta.builder().expiry(ExpiryChange.idle(timeout)).build();
  }

  private static String text(int length) {
    return "\"" + "x".repeat(length) + "\"";
  }

  private static List<Integer> inParallel(Callable<Integer> work) throws Exception {
    List<Callable<Integer>> all = new ArrayList<>();
    for (int t = 0; t < THREADS; t++) {
      all.add(work);
    }
    return inParallel(all);
  }

  private static List<Integer> inParallel(List<Callable<Integer>> work) throws Exception {
    CyclicBarrier start = new CyclicBarrier(work.size());
    List<Future<Integer>> running = new ArrayList<>();
    for (Callable<Integer> each : work) {
      running.add(
          pool.submit(
              () -> {
                start.await();
                return each.call();
              }));
    }
    List<Integer> results = new ArrayList<>();
    for (Future<Integer> each : running) {
      results.add(each.get(60, TimeUnit.SECONDS));
    }
    return results;
  }

  private static int sum(List<Integer> numbers) {
    return numbers.stream().mapToInt(Integer::intValue).sum();
  }
}
