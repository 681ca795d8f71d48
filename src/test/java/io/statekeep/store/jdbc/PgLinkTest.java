package io.statekeep.store.jdbc;

import static io.statekeep.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.statekeep.testing.Databases;
import io.statekeep.testing.FaultProxy;
import io.statekeep.testing.FaultProxy.Way;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Tuple;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A connection to PostgreSQL on an event loop, while things go well and while they do not. */
class PgLinkTest {
  private static final Databases.Database DATABASE = Databases.newPostgres();
  private static final long PATIENT = 30_000;
  // Long enough to connect on a loaded machine.
  private static final long SLOW = 3_000;
  private static final String INSERT = "INSERT INTO numbers (n) VALUES (?)";

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private FaultProxy network;

  @BeforeAll
  static void fill() {
    DATABASE.execute("CREATE TABLE numbers (n BIGINT PRIMARY KEY)");
  }

  @BeforeEach
  void open() {
    URI server = URI.create(DATABASE.url().substring("jdbc:".length()));
    network = FaultProxy.inFrontOf(server.getPort(), 1);
    DATABASE.execute("DELETE FROM numbers");
  }

  @AfterEach
  void close() {
    // In whatever state the server and its connections are.
    await(vertx.close());
    network.close();
  }

  private <T> Future<T> onLoop(Supplier<Future<T>> call) {
    Promise<T> done = Promise.promise();
    context.runOnContext(v -> call.get().onComplete(done));
    return done.future();
  }

  private Future<SqlLink> connecting(long timeoutMillis) {
    JdbcAddress address =
        new JdbcAddress(network.url(DATABASE.url()), DATABASE.user(), "", PATIENT);
    PgConnectOptions options = PgAddress.of(address).withoutDriver();
    return onLoop(() -> PgLink.connect(vertx, options, timeoutMillis));
  }

  private long count(SqlLink link) {
    return await(onLoop(() -> link.execute("SELECT count(*) FROM numbers")))
        .iterator()
        .next()
        .getLong(0);
  }

  @Test
  void whatATransactionDidIsKeptOrUndoneAsAWhole() {
    SqlLink link = await(connecting(PATIENT));
    SqlLink other = await(connecting(PATIENT));
    await(onLoop(link::begin));
    await(onLoop(() -> link.execute(INSERT, Tuple.of(1))));
    assertThat(count(other)).isZero();
    await(onLoop(link::rollback));
    assertThat(count(link)).isZero();
    await(onLoop(link::begin));
    await(onLoop(() -> link.executeBatch(INSERT, List.of(Tuple.of(1), Tuple.of(2)))));
    await(onLoop(link::commit));
    assertThat(count(other)).isEqualTo(2);
  }

  @Test
  void aBatchTellsWhatEachOfItsRowsChanged() {
    SqlLink link = await(connecting(PATIENT));
    await(onLoop(() -> link.execute(INSERT, Tuple.of(1))));
    List<Tuple> rows = List.of(Tuple.of(0), Tuple.of(1), Tuple.of(1));
    assertThat(await(onLoop(() -> link.executeBatch("DELETE FROM numbers WHERE n = ?", rows))))
        .containsExactly(0, 1, 0);
  }

  @Test
  void anErrorOfAStatementIsToldAndCostsNoConnection() {
    SqlLink link = await(connecting(PATIENT));
    await(onLoop(() -> link.execute(INSERT, Tuple.of(1))));
    Throwable taken = catchThrowable(() -> await(onLoop(() -> link.execute(INSERT, Tuple.of(1)))));
    assertThat(SqlErrors.isDuplicateKey(taken)).isTrue();
    assertThat(SqlErrors.isConnectionLost(taken)).isFalse();
    assertThat(count(link)).isOne();
  }

  @Test
  void nothingIsAcknowledgedOfATransactionThatDidNotBegin() {
    SqlLink link = await(connecting(PATIENT));
    await(onLoop(link::begin));
    // The begin of the next one fails, as after any error in a transaction.
    assertThatThrownBy(() -> await(onLoop(() -> link.execute("SELECT 1 / 0"))));
    await(onLoop(link::begin));
    assertThat(SqlErrors.kind(catchThrowable(() -> await(onLoop(link::commit)))))
        .isEqualTo("SQLSTATE 25P02");
  }

  @Test
  void whatATransactionDidThatDidNotBeginIsNotTakenForUndone() {
    SqlLink link = await(connecting(PATIENT));
    await(onLoop(link::begin));
    assertThatThrownBy(() -> await(onLoop(() -> link.execute("SELECT 1 / 0"))));
    await(onLoop(link::begin));
    assertThat(SqlErrors.kind(catchThrowable(() -> await(onLoop(link::rollback)))))
        .isEqualTo("SQLSTATE 25P02");
    // The connection is as new.
    assertThat(count(link)).isZero();
  }

  @Test
  void aServerThatFallsSilentIsGivenUp() {
    SqlLink link = await(connecting(SLOW));
    network.hold(Way.REQUESTS);
    Throwable silence = catchThrowable(() -> count(link));
    assertThat(SqlErrors.isConnectionLost(silence)).isTrue();
    assertThatThrownBy(() -> count(link)).matches(SqlErrors::isConnectionLost);
  }

  @Test
  void aSlowServerIsNotSilent() {
    SqlLink link = await(connecting(SLOW));
    List<Future<?>> together = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      together.add(onLoop(() -> link.execute("SELECT pg_sleep(0.5)")));
    }
    await(Future.all(together));
  }

  @Test
  void aServerThatAcceptsAndSaysNothingIsGivenUp() {
    network.hold(Way.REPLIES);
    Throwable silence = catchThrowable(() -> await(connecting(300)));
    assertThat(SqlErrors.isConnectionLost(silence)).isTrue();
  }

  @Test
  void aServerThatClosesAtOnceIsNotWaitedFor() {
    network.refuse();
    for (int i = 0; i < 20; i++) {
      // Longer than this test waits for anything.
      Throwable closed = catchThrowable(() -> await(connecting(120_000)));
      assertThat(SqlErrors.isConnectionLost(closed)).isTrue();
    }
  }

  @Test
  void aConnectionThatTheServerEndsIsLost() {
    SqlLink link = await(connecting(PATIENT));
    network.reset();
    assertThatThrownBy(() -> count(link)).matches(SqlErrors::isConnectionLost);
  }
}
