package io.statekeep.store.jdbc;

import static io.statekeep.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.statekeep.session.CreateOutcome;
import io.statekeep.session.Creation;
import io.statekeep.session.EndReason;
import io.statekeep.session.SessionPolicy;
import io.statekeep.session.SessionRecord;
import io.statekeep.session.SessionStore;
import io.statekeep.testing.Databases;
import io.statekeep.testing.Keys;
import io.vertx.core.Vertx;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class SchemaTest {
  private final InstantSource clock = InstantSource.system();

  @Test
  void nodesThatStartTogetherMigrateOnce() {
    for (Databases.Database database : List.of(Databases.newPostgres(), Databases.newMariaDb())) {
      List<CompletableFuture<Void>> nodes = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        nodes.add(CompletableFuture.runAsync(() -> Schema.migrate(database.address())));
      }
      nodes.forEach(CompletableFuture::join);
      database.empty();
    }
  }

  @Test
  void aRoleThatMayOnlyReadAndWriteRowsIsEnough() {
    Databases.Database owner = Databases.newPostgres();
    Schema.migrate(owner.address());
    owner.execute("CREATE ROLE rows_only LOGIN");
    owner.execute(
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO rows_only");
    Vertx vertx = Vertx.vertx();
    Databases.Database limited = new Databases.Database(owner.url(), "rows_only", 30_000);
    SessionStore store = limited.open(vertx, SessionPolicy.DEFAULT, clock);
    SessionRecord record = SessionRecord.create(Keys.next(), SessionPolicy.DEFAULT, clock.millis());
    assertThat(await(store.create(Creation.of(record)))).isEqualTo(CreateOutcome.CREATED);
    assertThat(await(store.purgeExpired(10))).isZero();
    assertThat(await(store.delete(record.key(), EndReason.REVOKED))).isTrue();
    await(store.close());
    await(vertx.close());
  }

  @Test
  void aDatabaseWithTablesOfOthersIsTakenAsItIs() {
    Databases.Database database = Databases.newPostgres();
    database.execute("CREATE TABLE somebody_elses (id INT)");
    Schema.migrate(database.address());
    database.execute("SELECT * FROM somebody_elses");
    database.empty();
  }

  @Test
  void aNewEmbeddedDatabaseIsMadeAsItsMigrationsWouldMakeIt() throws SQLException {
    JdbcAddress migrated = newEmbedded();
    Schema.runMigrations(migrated);
    JdbcAddress made = newEmbedded();
    Schema.migrate(made);
    assertThat(script(made)).isEqualTo(script(migrated));
    // Compares its migrations with what the history says of them.
    assertThatCode(() -> Schema.runMigrations(made)).doesNotThrowAnyException();
    assertThat(script(made)).isEqualTo(script(migrated));
  }

  @Test
  void anEmbeddedDatabaseWhoseMakingWasCutShortIsMadeWhole() throws SQLException {
    JdbcAddress whole = newEmbedded();
    Schema.migrate(whole);
    for (int done = 0; done < Schema.statements().size(); done++) {
      JdbcAddress part = newEmbedded();
      for (String sql : Schema.statements().subList(0, done)) {
        execute(part, sql);
      }
      Schema.migrate(part);
      assertThat(script(part)).as("after %d statements", done).isEqualTo(script(whole));
    }
  }

  @Test
  void anEmbeddedDatabaseOfAnEarlierVersionIsMigrated() throws SQLException {
    JdbcAddress whole = newEmbedded();
    Schema.runMigrations(whole);
    JdbcAddress earlier = newEmbedded();
    Schema.migrations(earlier).target("1").load().migrate();
    Schema.migrate(earlier);
    assertThat(script(earlier)).isEqualTo(script(whole));
  }

  // In a file, since what is in memory has no cached tables.
  private static JdbcAddress newEmbedded() {
    return Databases.newHsqldb().address();
  }

  private static void execute(JdbcAddress address, String sql) throws SQLException {
    try (Connection connection = connect(address);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static Connection connect(JdbcAddress address) throws SQLException {
    return DriverManager.getConnection(address.driverUrl(), address.user(), address.password());
  }

  /** What makes the database, in the order of the alphabet, and what is in it. */
  private static List<String> script(JdbcAddress address) throws SQLException {
    List<String> script = new ArrayList<>();
    try (Connection connection = connect(address);
        Statement statement = connection.createStatement()) {
      add(script, statement.executeQuery("SCRIPT"));
      script.replaceAll(line -> line.replaceFirst("(?<=UNIQUE NAME ).*", "?"));
      Collections.sort(script);
      add(script, statement.executeQuery("SELECT * FROM statekeep_event_floor"));
      add(
          script,
          statement.executeQuery(
              "SELECT \"installed_rank\", \"version\", \"description\", \"type\", \"script\","
                  + " \"checksum\", \"installed_by\", \"success\""
                  + " FROM \"statekeep_schema_history\" ORDER BY 1"));
    }
    return script;
  }

  private static void add(List<String> lines, ResultSet rows) throws SQLException {
    while (rows.next()) {
      StringBuilder line = new StringBuilder();
      for (int column = 1; column <= rows.getMetaData().getColumnCount(); column++) {
        line.append(rows.getString(column)).append(' ');
      }
      lines.add(line.toString());
    }
  }
}
