package io.statekeep.store.jdbc;

import io.statekeep.session.CreateOutcome;
import io.statekeep.session.SessionEvent;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionPolicy;
import io.statekeep.session.SessionRecord;
import io.statekeep.session.SessionStoreException;
import io.statekeep.store.RecentRecords;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The writes of one moment in one transaction, each with its own outcome.
 *
 * <p>Rows that no caller has read are read and locked first. Changes are made in memory, in the
 * order in which they came, and those of one session share one update. A change on a record that
 * its caller had read is written on the condition that the row is still that version; if it is not,
 * the change is tried again on the row as it is.
 */
final class GroupCommit implements Lane.Runner<Write<?>> {
  // A change on a locked row cannot lose, but a database may choose it again and again to end a
  // deadlock.
  private static final int MAX_RACES = 20;

  // The first try finds out that something is taken, the next ones look what it is.
  private static final int MAX_LOOKS = 3;

  private final Dialect dialect;
  private final SessionPolicy policy;
  private final InstantSource clock;
  private final RecentRecords recent;
  private final Consumer<Write<?>> retry;
  private final EventRows events;

  /**
   * @param recent rows as this node last knew them
   * @param retry takes writes back that lost a race
   */
  GroupCommit(JdbcSessionStore.Rules rules, RecentRecords recent, Consumer<Write<?>> retry) {
    this.dialect = rules.dialect();
    this.policy = rules.policy();
    this.clock = rules.clock();
    this.recent = recent;
    this.retry = retry;
    this.events = new EventRows(dialect);
  }

  @Override
  public Future<Void> run(SqlLink link, List<Write<?>> batch) {
    return commit(link, batch).recover(failure -> recover(link, batch, failure));
  }

  private Future<Void> recover(SqlLink link, List<Write<?>> batch, Throwable failure) {
    if (failure instanceof CommitFailure) {
      return fail(batch, failure);
    }
    // From here on nothing was committed, so everything may be tried again.
    if (SqlErrors.isConnectionLost(failure)) {
      batch.forEach(write -> retryOrFail(write, failure));
      return Future.failedFuture(failure);
    }
    if (batch.size() > 1) {
      return runEach(link, batch, 0);
    }
    Write<?> write = batch.get(0);
    if (write instanceof Write.Create create && SqlErrors.isDuplicateKey(failure)) {
      taken(create, failure);
      return Future.succeededFuture();
    }
    if (SqlErrors.isLostRace(failure)) {
      retryOrFail(write, failure);
      return Future.succeededFuture();
    }
    return fail(batch, failure);
  }

  // If it is a repeat, what is taken may be the place where its first time is remembered: tried
  // again, it looks there.
  private void taken(Write.Create create, Throwable failure) {
    if (create.repeat == null || create.races() >= MAX_LOOKS) {
      create.succeed(CreateOutcome.TAKEN);
    } else {
      retryOrFail(create, failure);
    }
  }

  private void retryOrFail(Write<?> write, Throwable failure) {
    if (write.lostRace() < MAX_RACES) {
      retry.accept(write);
    } else {
      fail(List.of(write), failure);
    }
  }

  private Future<Void> commit(SqlLink link, List<Write<?>> batch) {
    Conclusion conclusion = new Conclusion();
    return link.begin()
        .compose(
            begun ->
                write(link, batch, conclusion)
                    .compose(v -> commit(link), failure -> rollback(link, failure)))
        .onSuccess(v -> conclusion.send());
  }

  private static Future<Void> commit(SqlLink link) {
    return link.commit().recover(failure -> Future.failedFuture(new CommitFailure(failure)));
  }

  private static Future<Void> rollback(SqlLink link, Throwable failure) {
    return link.rollback()
        .transform(
            done ->
                done.succeeded() || SqlErrors.isConnectionLost(done.cause())
                    ? Future.failedFuture(failure)
                    : Future.failedFuture(new CommitFailure(failure)));
  }

  private Future<Void> write(SqlLink link, List<Write<?>> batch, Conclusion conclusion) {
    if (batch.get(0) instanceof Write.Alone<?> alone) {
      return alone.run(link).onSuccess(conclusion.answers::add).mapEmpty();
    }
    Collection<RowChange> changes = changes(batch);
    return premises(link, batch)
        .compose(
            premises ->
                Loads.lock(link, toRead(changes), dialect)
                    // Locks may have been waited for: the rows are judged by the time after that.
                    .compose(loads -> write(link, changes, loads, premises.at(clock.millis()))))
        .onSuccess(v -> changes.forEach(conclusion::of));
  }

  private Future<Void> write(
      SqlLink link, Collection<RowChange> changes, Loads loads, Premises premises) {
    Statements statements = new Statements(dialect, premises.now());
    for (RowChange change : changes) {
      change.decide(loads.session(change.key), premises);
      change.addTo(statements);
    }
    return statements
        .execute(link)
        .compose(
            v -> {
              List<SessionEvent> told = new ArrayList<>();
              changes.forEach(change -> change.addEvents(told::add, premises.now()));
              return events.insert(link, told);
            });
  }

  private Future<Premises> premises(SqlLink link, List<Write<?>> batch) {
    Set<String> repeats = new HashSet<>();
    for (Write<?> write : batch) {
      // Hardly any creation is a repeat: nobody looks before the first try, which finds out, unless
      // it may be refused before that.
      boolean looks = write.races() > 0 || write.crowded() != null;
      if (write instanceof Write.Create create && create.repeat != null && looks) {
        repeats.add(create.repeat.key());
      }
    }
    return leaving(link, batch.get(0).crowded())
        .compose(
            leaving ->
                Repeats.read(link, repeats)
                    .map(
                        known ->
                            new Premises(policy, clock.millis(), known, leaving.orElse(null))));
  }

  /** Which sessions end for one more of this subject; empty if it has no room. */
  private Future<Optional<List<SessionRecord>>> leaving(SqlLink link, @Nullable String crowded) {
    return crowded == null
        ? Future.succeededFuture(Optional.of(List.of()))
        : new SubjectSessions(dialect, crowded, clock.millis())
            .all(link)
            .map(live -> Optional.ofNullable(policy.roomAmong(live)));
  }

  // Every node locks rows in the order of their keys, or two batches could wait for each other. One
  // statement of a kind does so by itself; several need all their rows locked first.
  private Set<SessionKey> toRead(Collection<RowChange> changes) {
    Set<SessionKey> rows = new HashSet<>();
    List<RowChange> locking = changes.stream().filter(RowChange::locksRow).toList();
    boolean mixed =
        locking.stream().map(RowChange::getClass).distinct().count() > 1
            || locking.stream().map(RowChange::readsRow).distinct().count() > 1;
    for (RowChange change : locking) {
      if (mixed && dialect.hasRowLocks()) {
        change.dropGuess();
        rows.add(change.key);
      } else if (change.readsRow()) {
        rows.add(change.key);
      }
    }
    return rows;
  }

  /** What happens to each row, in the order of the keys. */
  private Collection<RowChange> changes(List<Write<?>> batch) {
    Map<SessionKey, RowChange> changes = new TreeMap<>(Comparator.comparing(SessionKey::value));
    for (Write<?> write : batch) {
      write.inform(recent.get(write.key()));
      RowChange known = changes.get(write.key());
      if (known == null) {
        changes.put(write.key(), RowChange.of(write, write.key()));
      } else {
        known.merge(write);
      }
    }
    return changes.values();
  }

  // One bad write must not fail its neighbours.
  private Future<Void> runEach(SqlLink link, List<Write<?>> batch, int from) {
    if (from == batch.size()) {
      return Future.succeededFuture();
    }
    return run(link, batch.subList(from, from + 1))
        .transform(
            done -> {
              if (done.failed() && !isUsable(done.cause())) {
                List<Write<?>> rest = batch.subList(from + 1, batch.size());
                rest.forEach(write -> retryOrFail(write, done.cause()));
                return Future.failedFuture(done.cause());
              }
              return runEach(link, batch, from + 1);
            });
  }

  /** Whether the connection of a write that failed may be used for the next one. */
  private static boolean isUsable(Throwable failure) {
    return !SqlErrors.isConnectionLost(failure) && !(failure.getCause() instanceof CommitFailure);
  }

  private static Future<Void> fail(List<Write<?>> batch, Throwable failure) {
    SessionStoreException cause = SqlErrors.unavailable(failure);
    batch.forEach(write -> write.fail(cause));
    return Future.failedFuture(cause);
  }

  /** What to tell the callers, after the commit and not before. */
  private final class Conclusion {
    private final List<Runnable> answers = new ArrayList<>();
    private final List<Write<?>> losers = new ArrayList<>();

    void of(RowChange change) {
      // In front of the answers: who hears of a change may ask for the next one.
      answers.add(() -> change.remember(recent));
      change.conclude(answers::add, losers::add);
    }

    void send() {
      answers.forEach(Runnable::run);
      losers.forEach(loser -> retryOrFail(loser, new IllegalStateException("lost every race")));
    }
  }

  /**
   * A commit, or an undoing, that was not acknowledged: it may have happened, so nothing of it may
   * be tried again.
   */
  private static final class CommitFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CommitFailure(Throwable cause) {
      super(cause);
    }
  }
}
