package io.statekeep.store.jdbc;

import io.statekeep.session.CreateOutcome;
import io.statekeep.session.Creation;
import io.statekeep.session.EndReason;
import io.statekeep.session.EventPage;
import io.statekeep.session.Page;
import io.statekeep.session.Query;
import io.statekeep.session.Rotation;
import io.statekeep.session.SaveOutcome;
import io.statekeep.session.SessionDelta;
import io.statekeep.session.SessionEvent;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionPolicy;
import io.statekeep.session.SessionRecord;
import io.statekeep.session.SessionStore;
import io.statekeep.store.RecentRecords;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Sessions in a SQL database, one row each: durable on every acknowledgement, shared by any number
 * of nodes (PostgreSQL, MariaDB) or embedded in one (HSQLDB). The schema must be there: see {@link
 * Schema}. Thread-safe.
 *
 * <p>Reads of one moment share a statement, writes of one moment share a transaction. Every
 * connection belongs to one lane; an error costs it its connection, not the store.
 */
public final class JdbcSessionStore implements SessionStore {
  private static final int MAX_BATCH = 128;

  private final VertxInternal vertx;
  private final Rules rules;
  private final List<Lane<Read<?>>> readers;
  private final List<Lane<Write<?>>> writers;
  private final EventTail tail;
  private final RecentRecords recent = new RecentRecords();

  /**
   * What the store works by.
   *
   * @param dialect of the database
   * @param policy of sessions
   * @param clock decides what is live
   * @param connections in all, at least 2
   * @param timeoutMillis how long a call may wait for its turn, in milliseconds
   * @param eventMillis how long events are kept, in milliseconds
   */
  public record Rules(
      Dialect dialect,
      SessionPolicy policy,
      InstantSource clock,
      int connections,
      long timeoutMillis,
      long eventMillis) {
    /** Rules that keep events for a day. */
    public Rules(
        Dialect dialect,
        SessionPolicy policy,
        InstantSource clock,
        int connections,
        long timeoutMillis) {
      this(dialect, policy, clock, connections, timeoutMillis, Duration.ofDays(1).toMillis());
    }
  }

  /**
   * @param links makes a connection on the calling event loop; called again whenever one has failed
   */
  public JdbcSessionStore(Vertx vertx, Rules rules, Supplier<Future<SqlLink>> links) {
    this.vertx = (VertxInternal) vertx;
    this.rules = rules;
    this.tail = new EventTail(new EventRows(rules.dialect()));
    int writing = rules.dialect().hasRowLocks() ? Math.max(1, rules.connections() / 2) : 1;
    int reading = Math.max(1, rules.connections() - writing);
    Lane.Limits limits = new Lane.Limits(MAX_BATCH, rules.timeoutMillis());
    readers =
        IntStream.range(0, reading)
            .mapToObj(i -> new Lane<>(this.vertx, links, limits, reads()))
            .toList();
    writers =
        IntStream.range(0, writing)
            .mapToObj(i -> new Lane<>(this.vertx, links, limits, groupCommit()))
            .toList();
  }

  /**
   * Connections to this database: to PostgreSQL by its reactive client, unless the URL asks for
   * what only the driver can do; else by the driver.
   */
  public static Supplier<Future<SqlLink>> links(Vertx vertx, JdbcAddress address) {
    PgConnectOptions reactive =
        address.dialect() == Dialect.POSTGRESQL ? PgAddress.of(address).withoutDriver() : null;
    return reactive == null
        ? () -> JdbcLink.connect(vertx, address)
        : () -> PgLink.connect(vertx, reactive, address.timeoutMillis());
  }

  private Lane.Runner<Read<?>> reads() {
    return Read.runner(rules.clock(), this::submit);
  }

  private GroupCommit groupCommit() {
    return new GroupCommit(rules, recent, this::submit);
  }

  private <R> Future<R> submit(Read<R> read) {
    readers.get(Math.floorMod(read.lane(), readers.size())).submit(read);
    return read.future();
  }

  // One lane for each key: the writes of one session never wait for each other's row locks.
  private <R> Future<R> submit(Write<R> write) {
    writers.get(Math.floorMod(write.lane(), writers.size())).submit(write);
    return write.future();
  }

  @Override
  public Future<Optional<SessionRecord>> load(SessionKey key) {
    return submit(new Read.OfSession(vertx, key))
        .onSuccess(
            found -> {
              if (found.isEmpty()) {
                // What cannot be read has ended: no change is to bring it back.
                recent.drop(key);
              }
            });
  }

  @Override
  public Future<CreateOutcome> create(Creation creation) {
    return submit(new Write.Create(vertx, creation, crowded(creation.record().subject())));
  }

  private @Nullable String crowded(@Nullable String subject) {
    return rules.policy().limits(subject) ? subject : null;
  }

  @Override
  public Future<SaveOutcome> save(SessionKey key, SessionDelta delta) {
    return submit(new Write.Save(vertx, key, delta));
  }

  @Override
  public Future<SaveOutcome> rotate(Rotation rotation, SessionDelta delta) {
    return submit(new Write.Rotate(vertx, rotation, delta, crowded(rotation.subject())));
  }

  @Override
  public Future<Boolean> delete(SessionKey key, EndReason reason) {
    return submit(new Write.Delete(vertx, key, reason));
  }

  @Override
  public Future<Page> list(Query query) {
    List<Object> parameters = new ArrayList<>();
    parameters.add(rules.clock().millis());
    if (query.subject() != null) {
      parameters.add(query.subject());
    }
    Query.Cursor after = query.after();
    if (after != null) {
      parameters.addAll(List.of(after.createdAt(), after.createdAt(), after.key()));
    }
    parameters.add(query.limit() + 1);
    String sql = Rows.list(query.subject() != null, after != null);
    return submit(
        new Read.Alone<>(
            vertx,
            link ->
                link.execute(sql, Tuple.from(parameters))
                    .map(rows -> Page.of(sessions(rows), query.limit()))));
  }

  private static List<SessionRecord> sessions(RowSet<Row> rows) {
    List<SessionRecord> sessions = new ArrayList<>();
    for (Row row : rows) {
      if (Rows.readable(row) instanceof Rows.Content.Session session) {
        sessions.add(session.record());
      }
    }
    return sessions;
  }

  @Override
  public Future<Set<SessionKey>> deleteBySubject(String subject, Optional<SessionKey> except) {
    return deleteAfter("", new SubjectEnd(rules, subject, except), new HashSet<>());
  }

  // Many sessions go in several transactions: none of them holds its locks for long.
  private Future<Set<SessionKey>> deleteAfter(
      String lastId, SubjectEnd end, Set<SessionKey> ended) {
    return submit(new Write.Alone<>(vertx, link -> end.run(link, lastId)))
        .compose(
            round -> {
              ended.addAll(round.ended());
              return round.lastId() == null
                  ? Future.succeededFuture(ended)
                  : deleteAfter(round.lastId(), end, ended);
            });
  }

  @Override
  public Future<Integer> purgeExpired(int limit) {
    Purge purge = new Purge(rules, limit, rules.clock().millis());
    return submit(new Write.Alone<>(vertx, purge::run));
  }

  @Override
  public Future<EventPage> events(@Nullable String after, int limit) {
    if (after == null) {
      return submit(new Read.Alone<>(vertx, tail::end));
    }
    EventPlace place = EventPlace.of(after);
    return submit(new Read.Alone<>(vertx, link -> tail.after(link, place, limit)));
  }

  @Override
  public Future<Void> append(List<SessionEvent> rejections) {
    EventRows events = new EventRows(rules.dialect());
    return submit(new Write.Alone<>(vertx, link -> events.insert(link, rejections)));
  }

  @Override
  public Future<Void> ping() {
    return submit(new Read.Alone<>(vertx, link -> link.execute(Rows.PING).mapEmpty()));
  }

  @Override
  public Future<Void> close() {
    List<Future<Void>> closing = new ArrayList<>();
    readers.forEach(lane -> closing.add(lane.close()));
    writers.forEach(lane -> closing.add(lane.close()));
    return Future.join(closing).mapEmpty();
  }
}
