package io.statekeep.store.jdbc;

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
import io.statekeep.session.SessionPolicy;
import io.statekeep.session.SessionRecord;
import io.statekeep.testing.CountingLinks;
import io.statekeep.testing.Databases;
import io.statekeep.testing.Keys;
import io.statekeep.testing.ManualClock;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What each verb may cost, in statements. */
class JdbcBudgetTest {
  private static final Databases.Database DATABASE = Databases.newPostgres();
  private static final SessionPolicy POLICY = SessionPolicy.DEFAULT;

  private final Vertx vertx = Vertx.vertx();
  private final ManualClock clock = new ManualClock();
  private final CountingLinks counter = new CountingLinks();
  private JdbcSessionStore store;

  @BeforeEach
  void open() {
    Schema.migrate(DATABASE.address());
    store = open(POLICY);
  }

  private JdbcSessionStore open(SessionPolicy policy) {
    return new JdbcSessionStore(
        vertx,
        new JdbcSessionStore.Rules(Dialect.POSTGRESQL, policy, clock, 4, 30_000),
        counter.around(JdbcSessionStore.links(vertx, DATABASE.address())));
  }

  @AfterEach
  void close() {
    await(store.close());
    await(vertx.close());
    DATABASE.empty();
  }

  private SessionRecord created() {
    SessionRecord record = SessionRecord.create(Keys.next(), POLICY, clock.millis());
    await(store.create(Creation.of(record)));
    counter.take();
    return record;
  }

  @Test
  void aCreationIsOneStatementAndItsEvent() {
    await(store.create(Creation.of(SessionRecord.create(Keys.next(), POLICY, clock.millis()))));
    assertThat(counter.take()).containsExactly("INSERT", "INSERT");
  }

  @Test
  void aCreationThatMayBeRepeatedIsOneStatementMoreAndItsRepeatIsARead() {
    SessionRecord first = fresh(null);
    SessionRecord second = SessionRecord.create(Keys.nextFor(first.key()), POLICY, clock.millis());
    String key = Keys.nextFor(first.key()).value();
    Repeat repeat = new Repeat(key, "print", "salt", clock.millis() + 1000);
    await(store.create(new Creation(first, repeat)));
    assertThat(counter.take()).containsExactly("INSERT", "INSERT", "INSERT");
    assertThat(await(store.create(new Creation(second, repeat))))
        .isInstanceOf(CreateOutcome.Repeated.class);
    assertThat(counter.take()).containsExactly("INSERT", "SELECT");
  }

  @Test
  void aCreationIsCountedAgainstALimitOnlyWhereThereIsOne() {
    await(store.create(Creation.of(fresh("alice"))));
    assertThat(counter.take()).containsExactly("INSERT", "INSERT");
    await(store.close());
    store = open(POLICY.withMaxPerSubject(1, OverLimit.END_OLDEST));
    await(store.create(Creation.of(fresh("alice"))));
    // The lock and the sessions of the subject; then the end of the oldest, and both events.
    assertThat(counter.take()).containsExactly("SELECT", "SELECT", "DELETE", "INSERT", "INSERT");
  }

  private SessionRecord fresh(String subject) {
    return SessionRecord.create(Keys.next(), POLICY, clock.millis()).withSubject(subject);
  }

  @Test
  void aReadIsOneStatementWhetherOrNotThereIsASession() {
    SessionRecord record = created();
    await(store.load(record.key()));
    assertThat(counter.take()).containsExactly("SELECT");
    await(store.load(Keys.next()));
    assertThat(counter.take()).containsExactly("SELECT");
  }

  @Test
  void aChangeOfWhatWasReadIsOneStatement() {
    SessionRecord record = created();
    await(store.save(record.key(), SessionDelta.put("a", "1").withSeen(record)));
    assertThat(counter.take()).containsExactly("UPDATE");
  }

  @Test
  void aChangeOfWhatThisNodeWroteBeforeIsOneStatement() {
    SessionRecord record = created();
    for (int i = 0; i < 3; i++) {
      await(store.save(record.key(), SessionDelta.increment("n", 1)));
      assertThat(counter.take()).containsExactly("UPDATE");
    }
  }

  @Test
  void aChangeOfWhatThisNodeDoesNotKnowIsAReadAndAWrite() {
    SessionRecord record = created();
    await(store.close());
    store = open(POLICY);
    await(store.save(record.key(), SessionDelta.increment("n", 1)));
    assertThat(counter.take()).containsExactly("SELECT", "UPDATE");
  }

  @Test
  void aTouchOfWhatWasReadIsOneStatement() {
    SessionRecord record = created();
    clock.advance(Duration.ofMinutes(2));
    await(store.save(record.key(), SessionDelta.TOUCH.withSeen(record)));
    assertThat(counter.take()).containsExactly("UPDATE");
  }

  @Test
  void aDeletionIsOneStatementAndItsEvent() {
    await(store.delete(created().key(), EndReason.REVOKED));
    assertThat(counter.take()).containsExactly("DELETE", "INSERT");
  }

  @Test
  void aRotationOfWhatWasReadIsTwoStatementsAndItsEventInOneTransaction() {
    SessionRecord record = created();
    Rotation rotation = Rotation.of(record.key(), Keys.nextFor(record.key()));
    await(store.rotate(rotation, SessionDelta.TOUCH.withSeen(record)));
    assertThat(counter.take()).containsExactly("UPDATE", "INSERT", "INSERT");
  }

  @Test
  void theWritesOfOneMomentShareTheirStatements() {
    List<SessionRecord> records = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      records.add(created());
    }
    List<Future<SaveOutcome>> saves = new ArrayList<>();
    for (SessionRecord record : records) {
      saves.add(store.save(record.key(), SessionDelta.put("a", "1").withSeen(record)));
    }
    awaitAll(saves);
    // Two lanes; each begins with what it finds and takes the rest in a few batches.
    assertThat(counter.take()).hasSizeLessThan(50).containsOnly("UPDATE");
    List<Future<Optional<SessionRecord>>> loads = new ArrayList<>();
    for (SessionRecord record : records) {
      loads.add(store.load(record.key()));
    }
    assertThat(awaitAll(loads)).allMatch(Optional::isPresent);
    assertThat(counter.take()).hasSizeLessThan(50).containsOnly("SELECT");
  }

  @Test
  void twoHundredIncrementsOfOneSessionShareUpdates() {
    SessionKey key = created().key();
    List<Future<SaveOutcome>> increments = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      increments.add(store.save(key, SessionDelta.increment("n", 1)));
    }
    awaitAll(increments);
    assertThat(await(store.load(key)).orElseThrow().attributes().get("n")).isEqualTo("200");
    assertThat(counter.take().stream().filter(verb -> verb.equals("UPDATE")).count())
        .isLessThan(100);
  }
}
