package io.statekeep.store.jdbc;

import static io.statekeep.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statekeep.session.Creation;
import io.statekeep.session.EndReason;
import io.statekeep.session.Rotation;
import io.statekeep.session.SaveOutcome;
import io.statekeep.session.SessionDelta;
import io.statekeep.session.SessionPolicy;
import io.statekeep.session.SessionRecord;
import io.statekeep.session.SessionStore;
import io.statekeep.testing.Databases;
import io.statekeep.testing.HeardChanges;
import io.statekeep.testing.Keys;
import io.statekeep.testing.ManualClock;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a node is told of the changes that others make in PostgreSQL, whoever they are. */
class PostgresInvalidationsTest {
  private static final long TIMEOUT_MILLIS = 30_000;
  // Heartbeats come often, and however late they come the connection is kept.
  private static final ListeningConnection.Bounds PATIENT =
      new ListeningConnection.Bounds(20, TIMEOUT_MILLIS);
  private static final SessionPolicy POLICY = SessionPolicy.DEFAULT;

  private static Vertx vertx;
  private static Databases.Database database;

  private final ManualClock clock = new ManualClock();
  private final HeardChanges heard = new HeardChanges();
  private final List<PostgresInvalidations> channels = new ArrayList<>();
  private SessionStore other;

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx();
    database = Databases.newPostgres();
  }

  @AfterAll
  static void stop() {
    await(vertx.close());
  }

  @BeforeEach
  void open() {
    other = database.open(vertx, POLICY, clock);
    open(database.url(), PATIENT, heard);
    heard.await("connected");
  }

  private void open(String url, ListeningConnection.Bounds bounds, HeardChanges listener) {
    JdbcAddress address = new JdbcAddress(url, database.user(), "", TIMEOUT_MILLIS);
    PostgresInvalidations channel = new PostgresInvalidations(vertx, address, bounds);
    channels.add(channel);
    channel.open(listener);
  }

  @AfterEach
  void close() {
    channels.forEach(channel -> await(channel.close()));
    await(other.close());
    database.empty();
  }

  private SessionRecord created(String subject) {
    SessionRecord record =
        SessionRecord.create(Keys.next(), POLICY, clock.millis()).withSubject(subject);
    await(other.create(Creation.of(record)));
    return record;
  }

  private String created() {
    return created("alice").key().value();
  }

  private static void update(String set, String id) {
    database.execute("UPDATE statekeep_session SET " + set + " WHERE id = '" + id + "'");
  }

  // --- what is told

  @Test
  void aChangeByAnotherNodeIsToldWithItsVersion() {
    SessionRecord record = created(null);
    SaveOutcome outcome = await(other.save(record.key(), SessionDelta.put("a", "1")));
    long version = ((SaveOutcome.Saved) outcome).record().version();
    assertThat(heard.awaitAll()).containsExactly(record.key().value() + " " + version);
  }

  @Test
  void anEndByAnotherNodeIsToldWithoutAVersion() {
    SessionRecord record = created(null);
    await(other.delete(record.key(), EndReason.REVOKED));
    assertThat(heard.awaitAll()).containsExactly(record.key().value());
  }

  @Test
  void aRotationIsToldOfTheOldKey() {
    SessionRecord record = created(null);
    Rotation rotation = Rotation.of(record.key(), Keys.nextFor(record.key()));
    await(other.rotate(rotation, SessionDelta.put("a", "1")));
    assertThat(heard.awaitAll()).containsExactly(record.key().value());
  }

  @Test
  void theEndOfAllSessionsOfASubjectIsToldOfEach() {
    List<String> ids = IntStream.range(0, 20).mapToObj(i -> created()).toList();
    created("bob");
    await(other.deleteBySubject("alice", Optional.empty()));
    assertThat(heard.awaitAll()).containsExactlyInAnyOrderElementsOf(ids);
  }

  @Test
  void whatAPurgeFreesIsTold() {
    String id = created();
    clock.advance(Duration.ofDays(30));
    assertThat(await(other.purgeExpired(100))).isPositive();
    assertThat(heard.awaitAll()).containsExactly(id);
  }

  @Test
  void aCreationIsNotTold() {
    created();
    assertThat(heard.awaitAll()).isEmpty();
  }

  @Test
  void aTouchIsNotTold() {
    SessionRecord record = created(null);
    clock.advance(Duration.ofMinutes(5));
    SaveOutcome outcome = await(other.save(record.key(), SessionDelta.TOUCH));
    assertThat(((SaveOutcome.Saved) outcome).record().lifetime().expiresAt())
        .isGreaterThan(record.lifetime().expiresAt());
    assertThat(heard.awaitAll()).isEmpty();
  }

  // --- by hand

  @ParameterizedTest
  @ValueSource(
      strings = {
        "attributes = '{\"a\":1}'",
        "subject = 'mallory'",
        "subject = NULL",
        "expires_at = expires_at - 1",
        "absolute_expires_at = absolute_expires_at - 1",
        "idle_timeout = 1",
        "last_seen_at = last_seen_at - 1",
        "persistent = 1 - persistent",
        "moved_to = 'elsewhere'",
        "version = version - 1"
      })
  void aChangeByHandThatKeepsTheVersionIsToldWithoutOne(String set) {
    String id = created();
    update(set, id);
    assertThat(heard.awaitAll()).containsExactly(id);
  }

  @Test
  void aChangeByHandThatRaisesTheVersionIsToldWithIt() {
    String id = created();
    update("attributes = '{}', version = 77", id);
    assertThat(heard.awaitAll()).containsExactly(id + " 77");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "version = version",
        "expires_at = expires_at + 1, last_seen_at = 1 + last_seen_at"
      })
  void whatChangesNothingForReadersIsNotTold(String set) {
    update(set, created());
    assertThat(heard.awaitAll()).isEmpty();
  }

  @Test
  void aNewIdByHandIsToldOfTheOldOne() {
    String id = created();
    update("id = 'somewhere'", id);
    assertThat(heard.awaitAll()).containsExactlyInAnyOrder(id, "somewhere");
  }

  @Test
  void aDeletionByHandIsTold() {
    String id = created();
    database.execute("DELETE FROM statekeep_session WHERE id = '" + id + "'");
    assertThat(heard.awaitAll()).containsExactly(id);
  }

  @Test
  void anEmptiedTableIsToldOfAsAWhole() {
    created();
    database.execute("TRUNCATE statekeep_session");
    assertThat(heard.awaitAll()).containsExactly("all");
  }

  @Test
  void whatIsUndoneIsNotTold() {
    String id = created();
    database.execute("BEGIN; DELETE FROM statekeep_session; ROLLBACK");
    database.execute("UPDATE statekeep_session SET version = 5 WHERE id = '" + id + "'");
    assertThat(heard.awaitAll()).containsExactly(id + " 5");
  }

  @Test
  void aSessionOfTheDatabaseWithoutTriggersIsHeardToo() {
    String id = created();
    database.execute("SET session_replication_role = replica; DELETE FROM statekeep_session");
    assertThat(heard.awaitAll()).containsExactly(id);
  }

  // --- many

  @Test
  void aThousandRowsOfOneStatementAreToldOneByOne() {
    database.execute(insert(1000));
    database.execute("UPDATE statekeep_session SET version = 2");
    List<String> ids =
        IntStream.rangeClosed(1, 1000).mapToObj(PostgresInvalidationsTest::id).toList();
    assertThat(heard.awaitAll())
        .containsExactlyInAnyOrderElementsOf(ids.stream().map(id -> id + " 2").toList());
    database.execute("DELETE FROM statekeep_session");
    assertThat(heard.awaitAll()).containsExactlyInAnyOrderElementsOf(ids);
  }

  @Test
  void moreThanThatMayBeToldOfAsAWhole() {
    database.execute(insert(10_001));
    database.execute("DELETE FROM statekeep_session");
    assertThat(heard.awaitAll()).containsExactly("all");
  }

  // Longer than any id of ours, in letters of four bytes.
  private static String id(int number) {
    return "\uD83D\uDE00".repeat(58) + (100_000 + number);
  }

  private static String insert(int rows) {
    return "INSERT INTO statekeep_session (id, attributes, created_at, last_seen_at, idle_timeout,"
        + " expires_at, absolute_expires_at, persistent, version)"
        + " SELECT repeat(U&'\\+01F600', 58) || (100000 + i), '{}', 1, 1, 1, 1, 1, 1, 1"
        + " FROM generate_series(1, "
        + rows
        + ") i";
  }

  @Test
  void everyAcknowledgedChangeIsToldBeforeTheHeartbeatThatFollowsIt() {
    List<SessionRecord> records = IntStream.range(0, 30).mapToObj(i -> created("alice")).toList();
    for (int round = 1; round <= 20; round++) {
      List<Future<SaveOutcome>> saves = new ArrayList<>();
      List<String> expected = new ArrayList<>();
      for (SessionRecord record : records) {
        saves.add(other.save(record.key(), SessionDelta.increment("n", 1)));
      }
      for (Future<SaveOutcome> save : saves) {
        SessionRecord after = ((SaveOutcome.Saved) await(save)).record();
        expected.add(after.key().value() + " " + after.version());
      }
      assertThat(heard.awaitAll()).containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  // --- the channel

  @Test
  void aLostConnectionIsToldAndMadeAgain() {
    String id = created();
    heard.awaitAll();
    for (int round = 0; round < 3; round++) {
      database.execute(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
              + " WHERE query LIKE '%statekeep_heartbeat%' AND pid <> pg_backend_pid()"
              + " AND datname = current_database()");
      assertThat(heard.await("connected")).startsWith("lost");
    }
    database.execute("DELETE FROM statekeep_session");
    assertThat(heard.awaitAll()).containsExactly(id);
  }

  @Test
  void withoutItsTriggersTheChannelIsDown() {
    Databases.Database fresh = Databases.newPostgres();
    Schema.migrate(fresh.address());
    HeardChanges often = new HeardChanges();
    open(fresh.url(), PATIENT, often);
    often.await("connected");
    String alter = "ALTER TABLE statekeep_session ";
    fresh.execute(alter + "DISABLE TRIGGER statekeep_session_deleted");
    often.await("lost");
    fresh.execute(alter + "ENABLE TRIGGER statekeep_session_deleted");
    assertThat(often.take()).isEmpty();
    fresh.execute(alter + "ENABLE ALWAYS TRIGGER statekeep_session_deleted");
    often.await("connected");
  }

  @Test
  void aChannelThatWasOpenedBeforeTheSchemaWasThereConnectsWhenItIs() {
    Databases.Database fresh = Databases.newPostgres();
    HeardChanges early = new HeardChanges();
    open(fresh.url(), PATIENT, early);
    Schema.migrate(fresh.address());
    early.await("connected");
    fresh.execute("TRUNCATE statekeep_session");
    assertThat(early.awaitAll()).containsExactly("all");
  }

  @Test
  void aSilentServerIsLost() throws Exception {
    try (SilentProxy proxy = SilentProxy.to(database.url())) {
      HeardChanges far = new HeardChanges();
      open(proxy.url(), new ListeningConnection.Bounds(50, 500), far);
      far.await("connected");
      proxy.fallSilent();
      far.await("lost");
      proxy.speak();
      far.await("connected");
    }
  }

  @Test
  void deploymentsInTwoSchemasDoNotHearEachOther() {
    Databases.Database two = Databases.newPostgres();
    List<HeardChanges> listeners = new ArrayList<>();
    for (String schema : List.of("one", "two")) {
      two.execute("CREATE SCHEMA " + schema);
      String url = two.url() + (two.url().contains("?") ? "&" : "?") + "currentSchema=" + schema;
      Schema.migrate(new JdbcAddress(url, two.user(), "", TIMEOUT_MILLIS));
      HeardChanges listener = new HeardChanges();
      open(url, PATIENT, listener);
      listener.await("connected");
      listeners.add(listener);
    }
    two.execute("TRUNCATE two.statekeep_session");
    assertThat(listeners.get(0).awaitAll()).isEmpty();
    assertThat(listeners.get(1).awaitAll()).containsExactly("all");
  }

  @Test
  void aRoleThatMayOnlyReadAndWriteRowsHearsAndIsHeard() {
    database.execute("CREATE ROLE listener LOGIN");
    database.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON statekeep_session TO listener");
    String id = created();
    HeardChanges limited = new HeardChanges();
    JdbcAddress address = new JdbcAddress(database.url(), "listener", "", TIMEOUT_MILLIS);
    PostgresInvalidations channel = new PostgresInvalidations(vertx, address, PATIENT);
    channels.add(channel);
    channel.open(limited);
    limited.await("connected");
    new Databases.Database(database.url(), "listener", TIMEOUT_MILLIS)
        .execute("DELETE FROM statekeep_session");
    assertThat(limited.awaitAll()).containsExactly(id);
  }

  @Test
  void theFirstServerOfAListThatAnswersIsHeard() {
    String host = database.url().replaceFirst("jdbc:postgresql://", "");
    HeardChanges listener = new HeardChanges();
    open("jdbc:postgresql://127.0.0.1:1," + host, PATIENT, listener);
    listener.await("connected");
    String id = created();
    database.execute("DELETE FROM statekeep_session");
    assertThat(listener.awaitAll()).containsExactly(id);
  }

  @Test
  void aMessageThatIsNotOursDropsAll() {
    database.execute(
        "SELECT pg_notify('statekeep_session_' || 'statekeep_session'::regclass::oid, 'hello')");
    assertThat(heard.awaitAll()).containsExactly("all");
  }

  @Test
  void afterItsEndTheListenerHearsNothing() {
    created();
    heard.awaitAll();
    await(channels.get(0).close());
    HeardChanges witness = new HeardChanges();
    open(database.url(), PATIENT, witness);
    witness.await("connected");
    database.execute("DELETE FROM statekeep_session");
    assertThat(witness.awaitAll()).hasSize(1);
    assertThat(heard.take()).isEmpty();
  }

  // --- addresses

  @ParameterizedTest
  @CsvSource({
    "jdbc:mariadb://h/db, the database does not tell what changes",
    "jdbc:postgresql://h/db?ssl=true, the channel cannot connect as the URL asks: sslrootcert",
    "jdbc:postgresql://h/db?sslmode=secret&user=u, the channel cannot connect as the URL asks: sslmode",
    "jdbc:postgresql://h/db?sslfactory=a.Secret, the channel cannot connect as the URL asks: sslfactory",
    "jdbc:postgresql://h/db?requireAuth=scram-sha-256, the channel cannot connect as the URL asks: requireAuth"
  })
  void anAddressThatItCannotHonourIsRefused(String url, String why) {
    JdbcAddress address = new JdbcAddress(url, "somebody", "", TIMEOUT_MILLIS);
    assertThat(PostgresInvalidations.refusal(address)).contains(why);
    assertThatThrownBy(() -> new PostgresInvalidations(vertx, address, 1000, 1000))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(why)
        .hasMessageNotContaining("ecret");
  }
}
