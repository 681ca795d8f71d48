package io.statekeep.store.jdbc;

import static io.statekeep.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.session.Creation;
import io.statekeep.session.EventPage;
import io.statekeep.session.SessionEvent;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionPolicy;
import io.statekeep.session.SessionRecord;
import io.statekeep.session.SessionStore;
import io.statekeep.testing.Databases;
import io.statekeep.testing.Keys;
import io.statekeep.testing.ManualClock;
import io.vertx.core.Vertx;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How long databases keep events, and what holds them back. */
class JdbcEventsTest {
  private static final Vertx VERTX = Vertx.vertx();

  private final ManualClock clock = new ManualClock();

  @AfterAll
  static void stop() {
    await(VERTX.close());
  }

  private static Databases.Database database(Dialect dialect) {
    return switch (dialect) {
      case HSQLDB -> Databases.newHsqldb();
      case POSTGRESQL -> Databases.newPostgres();
      case MARIADB -> Databases.newMariaDb();
    };
  }

  private SessionKey created(SessionStore store) {
    SessionRecord record = SessionRecord.create(Keys.next(), SessionPolicy.DEFAULT, clock.millis());
    await(store.create(Creation.of(record)));
    return record.key();
  }

  private static List<SessionKey> ids(EventPage page) {
    return page.events().stream().map(SessionEvent::id).toList();
  }

  @ParameterizedTest
  @EnumSource(Dialect.class)
  void eventsAreKeptForTheirTimeAndALateReaderIsToldSo(Dialect dialect) {
    SessionStore store = database(dialect).open(VERTX, SessionPolicy.DEFAULT, clock);
    String begin = await(store.events(null, 1)).cursor();
    SessionKey first = created(store);
    created(store);
    EventPage two = await(store.events(begin, 10));
    clock.advance(Duration.ofHours(23));
    SessionKey third = created(store);
    await(store.purgeExpired(1));
    assertThat(await(store.events(begin, 10)).gap()).isFalse();
    clock.advance(Duration.ofHours(1));
    assertThat(await(store.purgeExpired(1))).isEqualTo(1);
    assertThat(await(store.purgeExpired(1))).isEqualTo(1);
    assertThat(await(store.purgeExpired(1))).isZero();
    EventPage late = await(store.events(begin, 10));
    assertThat(late.gap()).isTrue();
    assertThat(ids(late)).containsExactly(third);
    assertThat(await(store.events(two.events().get(0).cursor(), 10)).gap()).isTrue();
    // Whoever had read all that was dropped has missed nothing.
    EventPage after = await(store.events(two.cursor(), 10));
    assertThat(after.gap()).isFalse();
    assertThat(ids(after)).containsExactly(third).doesNotContain(first);
    clock.advance(Duration.ofHours(24));
    await(store.purgeExpired(1));
    EventPage none = await(store.events(after.cursor(), 10));
    assertThat(none.gap()).isFalse();
    assertThat(none.events()).isEmpty();
    SessionKey fourth = created(store);
    assertThat(ids(await(store.events(after.cursor(), 10)))).containsExactly(fourth);
    await(store.close());
  }

  @ParameterizedTest
  @EnumSource(
      value = Dialect.class,
      names = {"POSTGRESQL", "MARIADB"})
  void noEventIsReadBeforeOneThatATransactionMayStillPutInFrontOfIt(Dialect dialect)
      throws SQLException {
    Databases.Database database = database(dialect);
    SessionStore store = database.open(VERTX, SessionPolicy.DEFAULT, clock);
    String cursor = await(store.events(null, 1)).cursor();
    SessionKey before = created(store);
    try (Connection slow = DriverManager.getConnection(database.url(), database.user(), "");
        Statement statement = slow.createStatement()) {
      slow.setAutoCommit(false);
      statement.execute(
          "INSERT INTO statekeep_event (event_type, session_id, happened_at, times)"
              + " VALUES ('created', 'slow', 0, 1)");
      SessionKey after = created(store);
      assertThat(ids(await(store.events(cursor, 10)))).containsExactly(before);
      String now = await(store.events(null, 1)).cursor();
      assertThat(ids(await(store.events(now, 10)))).isEmpty();
      slow.commit();
      SessionKey last = created(store);
      assertThat(ids(await(store.events(cursor, 10))))
          .containsExactly(before, new SessionKey("slow"), after, last);
      assertThat(ids(await(store.events(now, 10)))).contains(new SessionKey("slow"), last);
    }
    await(store.close());
  }

  @Test
  void whatWasUndoneHoldsNothingBackInPostgres() throws SQLException {
    Databases.Database database = Databases.newPostgres();
    SessionStore store = database.open(VERTX, SessionPolicy.DEFAULT, clock);
    String cursor = await(store.events(null, 1)).cursor();
    try (Connection undone = DriverManager.getConnection(database.url(), database.user(), "");
        Statement statement = undone.createStatement()) {
      undone.setAutoCommit(false);
      statement.execute(
          "INSERT INTO statekeep_event (event_type, happened_at, times)"
              + " VALUES ('created', 0, 1)");
      undone.rollback();
    }
    SessionKey after = created(store);
    assertThat(ids(await(store.events(cursor, 10)))).containsExactly(after);
    await(store.close());
  }

  @Test
  void whatWasUndoneHoldsEventsOfMariaDbBackUntilTheyAreSettled() throws SQLException {
    Databases.Database database = Databases.newMariaDb();
    SessionStore store = database.open(VERTX, SessionPolicy.DEFAULT, clock);
    String cursor = await(store.events(null, 1)).cursor();
    database.execute("ALTER TABLE statekeep_event AUTO_INCREMENT = 7");
    SessionKey after = created(store);
    assertThat(ids(await(store.events(cursor, 10)))).isEmpty();
    database.execute(
        "UPDATE statekeep_event SET made_at = made_at - " + Dialect.MARIADB_SETTLE_MILLIS);
    assertThat(ids(await(store.events(cursor, 10)))).containsExactly(after);
    await(store.close());
  }
}
