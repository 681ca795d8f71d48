package io.statekeep.store.jdbc;

import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionPolicy;
import io.statekeep.session.SessionStoreException;
import io.vertx.core.Future;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The writes of one moment in one transaction, each with its own outcome.
 *
 * <p>Rows that no caller has read are read and locked first. Changes are made in memory, in the
 * order in which they came, and those of one session share one update. A change on a record that
 * its caller had read is written on the condition that the row is still that version; if it is not,
 * the change is tried again on the row as it is.
 */
final class GroupCommit implements Lane.Runner<Write<?>> {
  // A change on a locked row cannot lose; the bound is for a backend that breaks its word.
  private static final int MAX_RACES = 5;

  private final Dialect dialect;
  private final SessionPolicy policy;
  private final InstantSource clock;
  private final Consumer<Write<?>> retry;

  /**
   * @param retry takes writes back that lost a race
   */
  GroupCommit(
      Dialect dialect, SessionPolicy policy, InstantSource clock, Consumer<Write<?>> retry) {
    this.dialect = dialect;
    this.policy = policy;
    this.clock = clock;
    this.retry = retry;
  }

  @Override
  public Future<Void> run(SqlConnection connection, List<Write<?>> batch) {
    return commit(connection, batch).recover(failure -> recover(connection, batch, failure));
  }

  private Future<Void> recover(SqlConnection connection, List<Write<?>> batch, Throwable failure) {
    if (failure instanceof CommitFailure) {
      return fail(batch, failure);
    }
    // From here on nothing was committed, so everything may be tried again.
    if (SqlErrors.isConnectionLost(failure)) {
      batch.forEach(write -> retryOrFail(write, failure));
      return Future.failedFuture(failure);
    }
    if (batch.size() > 1) {
      return runEach(connection, batch, 0);
    }
    Write<?> write = batch.get(0);
    if (write instanceof Write.Create create && SqlErrors.isDuplicateKey(failure)) {
      create.succeed(false);
      return Future.succeededFuture();
    }
    if (SqlErrors.isLostRace(failure)) {
      retryOrFail(write, failure);
      return Future.succeededFuture();
    }
    return fail(batch, failure);
  }

  private void retryOrFail(Write<?> write, Throwable failure) {
    if (write.lostRace() < MAX_RACES) {
      retry.accept(write);
    } else {
      fail(List.of(write), failure);
    }
  }

  private Future<Void> commit(SqlConnection connection, List<Write<?>> batch) {
    Conclusion conclusion = new Conclusion();
    return connection
        .begin()
        .compose(
            transaction ->
                write(connection, batch, conclusion)
                    .compose(v -> commit(transaction), failure -> rollback(transaction, failure)))
        .onSuccess(v -> conclusion.send());
  }

  private static Future<Void> commit(Transaction transaction) {
    return transaction.commit().recover(failure -> Future.failedFuture(new CommitFailure(failure)));
  }

  private static Future<Void> rollback(Transaction transaction, Throwable failure) {
    return transaction.rollback().transform(done -> Future.failedFuture(failure));
  }

  private Future<Void> write(
      SqlConnection connection, List<Write<?>> batch, Conclusion conclusion) {
    if (batch.get(0) instanceof Write.Alone<?> alone) {
      return alone.run(connection).onSuccess(conclusion.answers::add).mapEmpty();
    }
    Collection<RowChange> changes = changes(batch);
    return Loads.lock(connection, toRead(changes), dialect)
        .compose(
            loads -> {
              long now = clock.millis();
              Statements statements = new Statements();
              for (RowChange change : changes) {
                change.decide(loads.session(change.key), policy, now);
                change.addTo(statements, now);
              }
              return statements.execute(connection);
            })
        .onSuccess(v -> changes.forEach(conclusion::of));
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
  private static Collection<RowChange> changes(List<Write<?>> batch) {
    Map<SessionKey, RowChange> changes = new TreeMap<>(Comparator.comparing(SessionKey::value));
    for (Write<?> write : batch) {
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
  private Future<Void> runEach(SqlConnection connection, List<Write<?>> batch, int from) {
    if (from == batch.size()) {
      return Future.succeededFuture();
    }
    return run(connection, batch.subList(from, from + 1))
        .transform(done -> runEach(connection, batch, from + 1));
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
      change.conclude(answers::add, losers::add);
    }

    void send() {
      answers.forEach(Runnable::run);
      losers.forEach(loser -> retryOrFail(loser, new IllegalStateException("lost every race")));
    }
  }

  /**
   * A commit that was not acknowledged: it may have happened, so nothing of it may be tried again.
   */
  private static final class CommitFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CommitFailure(Throwable cause) {
      super(cause);
    }
  }
}
