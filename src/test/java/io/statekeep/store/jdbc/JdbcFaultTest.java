package io.statekeep.store.jdbc;

import static io.statekeep.testing.Await.await;
import static io.statekeep.testing.Await.awaitAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statekeep.session.CreateOutcome;
import io.statekeep.session.Creation;
import io.statekeep.session.SaveOutcome;
import io.statekeep.session.SessionDelta;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionPolicy;
import io.statekeep.session.SessionRecord;
import io.statekeep.session.SessionStore;
import io.statekeep.session.SessionStoreException;
import io.statekeep.testing.Databases;
import io.statekeep.testing.Keys;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a SQL store does when the database is not as it should be. */
class JdbcFaultTest {
  private static final Databases.Database DATABASE = Databases.newPostgres();
  private static final SessionPolicy POLICY = SessionPolicy.DEFAULT;
  private static final Vertx VERTX = Vertx.vertx();
  private static final String OTHERS =
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
          + " WHERE datname = current_database() AND pid <> pg_backend_pid()";

  private final InstantSource clock = InstantSource.system();
  private SessionStore store;

  @BeforeEach
  void open() {
    store = DATABASE.open(VERTX, POLICY, clock);
  }

  @AfterEach
  void close() {
    await(store.close());
    DATABASE.empty();
  }

  @AfterAll
  static void stop() {
    await(VERTX.close());
  }

  private SessionRecord created() {
    SessionRecord record = SessionRecord.create(Keys.next(), POLICY, clock.millis());
    await(store.create(Creation.of(record)));
    return record;
  }

  @Test
  void connectionsThatTheServerEndedAreReplacedWithoutALostCall() {
    SessionRecord record = created();
    await(store.load(record.key()));
    for (int round = 1; round <= 3; round++) {
      DATABASE.execute(OTHERS);
      assertThat(await(store.load(record.key()))).isPresent();
      DATABASE.execute(OTHERS);
      assertThat(await(store.save(record.key(), SessionDelta.increment("n", 1))))
          .isInstanceOf(SaveOutcome.Saved.class);
    }
    assertThat(await(store.load(record.key())).orElseThrow().attributes().get("n")).isEqualTo("3");
  }

  @Test
  void whatWasAcknowledgedUnderFireIsCountedOnce() {
    SessionRecord record = created();
    CompletableFuture<Void> fire =
        CompletableFuture.runAsync(
            () -> {
              for (int i = 0; i < 10; i++) {
                DATABASE.execute(OTHERS);
              }
            });
    int acknowledged = 0;
    int unknown = 0;
    while (!fire.isDone() || acknowledged < 20) {
      List<Future<SaveOutcome>> increments = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        increments.add(store.save(record.key(), SessionDelta.increment("n", 1)));
      }
      for (Future<SaveOutcome> increment : increments) {
        try {
          await(increment);
          acknowledged++;
        } catch (SessionStoreException e) {
          unknown++;
        }
      }
    }
    fire.join();
    long counted =
        Long.parseLong(await(store.load(record.key())).orElseThrow().attributes().get("n"));
    assertThat(counted).isBetween((long) acknowledged, (long) acknowledged + unknown);
  }

  @Test
  void oneBadWriteDoesNotFailItsNeighbours() {
    SessionRecord taken = created();
    List<Future<CreateOutcome>> creations = new ArrayList<>();
    List<Future<SaveOutcome>> saves = new ArrayList<>();
    List<SessionKey> keys = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      SessionRecord fresh = SessionRecord.create(Keys.next(), POLICY, clock.millis());
      keys.add(fresh.key());
      creations.add(store.create(Creation.of(fresh)));
      creations.add(store.create(Creation.of(taken)));
      saves.add(store.save(taken.key(), SessionDelta.increment("n", 1)));
    }
    List<CreateOutcome> created = awaitAll(creations);
    for (int i = 0; i < created.size(); i++) {
      assertThat(created.get(i))
          .isEqualTo(i % 2 == 0 ? CreateOutcome.CREATED : CreateOutcome.TAKEN);
    }
    assertThat(awaitAll(saves)).allMatch(outcome -> outcome instanceof SaveOutcome.Saved);
    keys.forEach(key -> assertThat(await(store.load(key))).isPresent());
  }

  @Test
  void aMissingTableIsAnOutageAndHealsByItself() {
    SessionRecord record = created();
    DATABASE.execute("ALTER TABLE statekeep_session RENAME TO elsewhere");
    assertThatThrownBy(() -> await(store.load(record.key())))
        .isInstanceOf(SessionStoreException.class)
        .hasMessage("the database did not carry out a call: SQLSTATE 42P01");
    assertThatThrownBy(() -> await(store.create(Creation.of(record))))
        .isInstanceOf(SessionStoreException.class);
    DATABASE.execute("ALTER TABLE elsewhere RENAME TO statekeep_session");
    assertThat(await(store.load(record.key()))).contains(record);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "{\"a\":}", "{\"a\":1}{", "{\"a\":1,\"a\":2}", "null"})
  void aRowThatCannotBeReadCountsAsEnded(String attributes) {
    SessionRecord record = created();
    SessionRecord sound = created();
    DATABASE.execute(
        "UPDATE statekeep_session SET attributes = '"
            + attributes
            + "' WHERE id = '"
            + record.key().value()
            + "'");
    assertThat(await(store.load(record.key()))).isEmpty();
    assertThat(await(store.save(record.key(), SessionDelta.put("a", "1"))))
        .isEqualTo(SaveOutcome.GONE);
    assertThat(await(store.load(sound.key()))).contains(sound);
  }

  @Test
  void attributesThatSomebodyWroteByHandAreRead() {
    SessionRecord record = created();
    DATABASE.execute(
        "UPDATE statekeep_session SET attributes = ' { \"a\" : [ 1 ] , \"b\\u0041\" : \"x\" } '"
            + " WHERE id = '"
            + record.key().value()
            + "'");
    SessionRecord read = await(store.load(record.key())).orElseThrow();
    assertThat(read.attributes().toJson()).isEqualTo("{\"a\":[ 1 ],\"bA\":\"x\"}");
  }
}
