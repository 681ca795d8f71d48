package io.statekeep.service;

import static io.statekeep.testing.Await.await;
import static io.statekeep.testing.Await.awaitAll;
import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.session.Attributes;
import io.statekeep.session.CreateOutcome;
import io.statekeep.session.Creation;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionPolicy;
import io.statekeep.session.SessionRecord;
import io.statekeep.session.SessionStore;
import io.statekeep.signing.KeyRing;
import io.statekeep.store.jdbc.EmbeddedDatabase;
import io.statekeep.testing.Databases;
import io.statekeep.testing.Keys;
import io.statekeep.testing.ManualClock;
import io.statekeep.testing.Servers;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the commands do with the sessions of an embedded database that no node serves. */
class StoreCommandsTest {
  private static final SessionPolicy POLICY = SessionPolicy.DEFAULT;

  private static Vertx vertx;

  @TempDir private Path directory;
  private final ManualClock clock = new ManualClock();
  private Databases.Database database;

  @BeforeAll
  static void startVertx() {
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void stopVertx() {
    await(vertx.close());
  }

  @BeforeEach
  void name() {
    database =
        new Databases.Database("jdbc:hsqldb:file:" + directory.resolve("sessions"), "", 30_000);
  }

  private CommandRun run(String line, String... namesAndValues) {
    Map<String, String> environment = new HashMap<>();
    environment.put("STATEKEEP_JDBC_URL", database.url());
    environment.put("STATEKEEP_STORE_TIMEOUT", "30s");
    for (int i = 0; i < namesAndValues.length; i += 2) {
      environment.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return CommandRun.of(environment, line);
  }

  private List<JsonObject> listed(String line) {
    CommandRun list = run(line);
    assertThat(list.err()).isEmpty();
    assertThat(list.exit()).isZero();
    return list.out().lines().map(JsonObject::new).toList();
  }

  /** Keeps the sessions, and closes the database as a node does at its end. */
  private void keep(SessionRecord... records) throws SQLException {
    SessionStore store = database.open(vertx, POLICY, clock);
    List<Future<CreateOutcome>> creations = new ArrayList<>();
    for (SessionRecord record : records) {
      creations.add(store.create(Creation.of(record)));
    }
    assertThat(awaitAll(creations)).hasSize(records.length).containsOnly(CreateOutcome.CREATED);
    await(store.close());
    EmbeddedDatabase.close(database.address());
  }

  /** A session that began so long ago. */
  private SessionRecord session(@Nullable String subject, Duration ago) {
    long begin = clock.millis() - ago.toMillis();
    return SessionRecord.create(Keys.next(), POLICY, begin)
        .withSubject(subject)
        .withAttributes(Attributes.of(new JsonObject().put("cart", 7)));
  }

  private SessionRecord live() {
    return session("alice", Duration.ofMinutes(1));
  }

  private SessionRecord expired() {
    return session("alice", Duration.ofDays(15));
  }

  // --- purge

  @Test
  void purgeFreesExpiredSessionsAndNoOthers() throws SQLException {
    SessionRecord live = live();
    keep(expired(), live, expired(), expired());
    assertThat(run("purge").out()).isEqualToIgnoringNewLines("purged: 3");
    CommandRun again = run("purge");
    assertThat(again.out()).isEqualToIgnoringNewLines("purged: 0");
    assertThat(again.exit()).isZero();
    assertThat(again.err()).isEmpty();
    assertThat(listed("sessions list"))
        .extracting(json -> json.getString("id"))
        .containsExactly(live.key().value());
  }

  @Test
  void purgeGoesOnUntilAllAreFreed() throws SQLException {
    keep(expired(), expired(), expired());
    assertThat(run("purge", "STATEKEEP_PURGE_BATCH", "1").out())
        .isEqualToIgnoringNewLines("purged: 3");
  }

  @Test
  void commandsMakeANewDatabaseIfThereIsNone() {
    assertThat(run("purge").out()).isEqualToIgnoringNewLines("purged: 0");
    assertThat(listed("sessions list")).isEmpty();
  }

  // --- sessions

  @Test
  void listShowsLiveSessionsNewestFirstWithoutWhatTheyHold() throws SQLException {
    SessionRecord older = session("alice", Duration.ofHours(2));
    SessionRecord newer = session(null, Duration.ofHours(1));
    keep(older, expired(), newer);
    List<JsonObject> sessions = listed("sessions list");
    assertThat(sessions)
        .extracting(json -> json.getString("id"))
        .containsExactly(newer.key().value(), older.key().value());
    assertThat(sessions)
        .extracting(json -> json.getString("subject"))
        .containsExactly(null, "alice");
    assertThat(sessions).noneMatch(json -> json.containsKey("attributes"));
  }

  @Test
  void listCanBeOfOneSubject() throws SQLException {
    SessionRecord hers = session("alice", Duration.ofHours(2));
    keep(hers, session("bob", Duration.ofHours(1)), session(null, Duration.ofHours(1)));
    assertThat(listed("sessions list --subject alice"))
        .extracting(json -> json.getString("id"))
        .containsExactly(hers.key().value());
    assertThat(listed("sessions list --subject nobody")).isEmpty();
  }

  @Test
  void listGoesThroughAllPages() throws SQLException {
    SessionRecord[] records = new SessionRecord[1001];
    Arrays.setAll(records, i -> session("alice", Duration.ofSeconds(i)));
    keep(records);
    assertThat(listed("sessions list"))
        .extracting(json -> json.getString("id"))
        .containsExactlyElementsOf(
            Arrays.stream(records).map(record -> record.key().value()).toList());
  }

  @Test
  void showShowsOneSessionWhole() throws SQLException {
    SessionRecord record = live();
    keep(record, live());
    assertThat(listed("sessions show " + record.key().value()))
        .singleElement()
        .satisfies(
            json -> {
              assertThat(json.getString("id")).isEqualTo(record.key().value());
              assertThat(json.getString("subject")).isEqualTo("alice");
              assertThat(json.getJsonObject("attributes"))
                  .isEqualTo(new JsonObject().put("cart", 7));
            });
  }

  @Test
  void showOfADeadOrUnknownSessionIsExit1() throws SQLException {
    SessionRecord dead = expired();
    keep(dead);
    for (String id : List.of(dead.key().value(), "nonsense")) {
      CommandRun show = run("sessions show " + id);
      assertThat(show.exit()).isEqualTo(1);
      assertThat(show.out()).isEmpty();
      assertThat(show.err()).isEqualToIgnoringNewLines("statekeep: there is no such session");
    }
  }

  @Test
  void revokeEndsOneSession() throws SQLException {
    SessionRecord one = live();
    SessionRecord other = live();
    keep(one, other);
    String revoke = "sessions revoke " + one.key().value();
    assertThat(run(revoke).out()).isEqualToIgnoringNewLines("revoked: 1");
    CommandRun again = run(revoke);
    assertThat(again.out()).isEqualToIgnoringNewLines("revoked: 0");
    assertThat(again.exit()).isZero();
    assertThat(listed("sessions list"))
        .extracting(json -> json.getString("id"))
        .containsExactly(other.key().value());
  }

  @Test
  void revokeCanEndAllOfASubject() throws SQLException {
    SessionRecord his = session("bob", Duration.ZERO);
    keep(live(), live(), expired(), his);
    assertThat(run("sessions revoke --subject alice").out())
        .isEqualToIgnoringNewLines("revoked: 2");
    assertThat(listed("sessions list"))
        .extracting(json -> json.getString("id"))
        .containsExactly(his.key().value());
  }

  @Test
  void reindexHasNothingToDoInADatabase() {
    CommandRun reindex = run("sessions reindex");
    assertThat(reindex.exit()).isZero();
    assertThat(reindex.out()).startsWith("nothing to rebuild");
  }

  @Test
  void reindexCountsTheSessionsInRedis() {
    CommandRun reindex =
        run(
            "sessions reindex",
            "STATEKEEP_STORE",
            "redis",
            "STATEKEEP_REDIS_URL",
            Servers.redisUrl(),
            "STATEKEEP_REDIS_PREFIX",
            Servers.newName() + ":",
            "STATEKEEP_TOKEN_SIGNING_KEYS",
            KeyRing.newKey(new SecureRandom()));
    assertThat(reindex.exit()).isZero();
    assertThat(reindex.out()).isEqualToIgnoringNewLines("indexed: 0");
  }

  @Test
  void anIdMayBeginLikeAnOption() throws Exception {
    SessionRecord dash = liveUnder("-");
    SessionRecord dashes = liveUnder("--");
    SessionRecord help = liveUnder("-h");
    keep(dash, dashes, help);
    Path file = Files.createFile(directory.resolve("empty.yaml"));
    assertThat(listed("sessions show " + dash.key().value())).hasSize(1);
    assertThat(listed("sessions show " + help.key().value() + " --config " + file)).hasSize(1);
    assertThat(listed("sessions show -- " + dashes.key().value())).hasSize(1);
    assertThat(run("sessions revoke " + dashes.key().value()).out())
        .isEqualToIgnoringNewLines("revoked: 1");
  }

  private SessionRecord liveUnder(String start) {
    SessionRecord any = live();
    SessionKey key = new SessionKey(start + any.key().value().substring(start.length()));
    return new SessionRecord(key, any.subject(), any.attributes(), any.lifetime(), any.version());
  }

  @ParameterizedTest
  @ValueSource(strings = {"show --nonsense", "revoke -x", "show --nonsense x", "revoke x -x"})
  void whatIsNoIdAndNoOptionIsWrongUsage(String line) {
    CommandRun wrong = run("sessions " + line);
    assertThat(wrong.exit()).isEqualTo(2);
    assertThat(wrong.out()).isEmpty();
    assertThat(wrong.err()).isNotBlank();
  }

  @Test
  void theLogOfACommandIsNotInItsAnswer() {
    CommandRun list =
        run(
            "sessions list",
            "STATEKEEP_STORE",
            "redis",
            "STATEKEEP_REDIS_URL",
            Servers.redisUrl(),
            "STATEKEEP_REDIS_PREFIX",
            Servers.newName() + ":",
            "STATEKEEP_TOKEN_SIGNING_KEYS",
            KeyRing.newKey(new SecureRandom()));
    assertThat(list.exit()).isZero();
    assertThat(list.out()).isEmpty();
    assertThat(list.err()).contains("store.connected");
  }

  // --- beside a running node

  @Test
  void theDatabaseOfARunningNodeIsExit1AndLeftAsItIs() throws SQLException {
    SessionRecord live = live();
    keep(live, expired());
    try (DatabaseHolder node = DatabaseHolder.open(database.url())) {
      for (String command :
          List.of(
              "purge",
              "sessions list",
              "sessions show " + live.key().value(),
              "sessions revoke " + live.key().value())) {
        CommandRun refused = run(command);
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.out()).isEmpty();
        assertThat(refused.err())
            .isEqualToIgnoringNewLines(
                "statekeep: jdbc.url: the database is in use by a running node");
      }
      assertThat(node.isRunning()).isTrue();
    }
    assertThat(listed("sessions list")).hasSize(1);
    assertThat(run("purge").out()).isEqualToIgnoringNewLines("purged: 1");
  }
}
