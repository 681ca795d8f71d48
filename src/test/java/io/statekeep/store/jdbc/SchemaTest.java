package io.statekeep.store.jdbc;

import static io.statekeep.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.session.CreateOutcome;
import io.statekeep.session.Creation;
import io.statekeep.session.EndReason;
import io.statekeep.session.SessionPolicy;
import io.statekeep.session.SessionRecord;
import io.statekeep.session.SessionStore;
import io.statekeep.testing.Databases;
import io.statekeep.testing.Keys;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.ArrayList;
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
}
