package io.statekeep.store.jdbc;

import io.statekeep.session.CreateOutcome;
import io.statekeep.session.Repeat;
import io.statekeep.session.SaveOutcome;
import io.statekeep.session.SessionEvent;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionRecord;
import io.statekeep.store.RecentRecords;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What one transaction does to one session's row: decided in memory, then written by at most two
 * statements.
 */
abstract sealed class RowChange {
  final SessionKey key;

  /** Rows that the statement changed; 0 if the row was not as the change assumed. */
  int affected;

  /** Other sessions that have ended for this change. */
  final List<Removal.Gone> ended = new ArrayList<>(0);

  private RowChange(SessionKey key) {
    this.key = key;
  }

  static RowChange of(Write<?> write, SessionKey key) {
    if (write instanceof Write.Create create) {
      return new Insertion(create, key);
    }
    if (write instanceof Write.Delete delete) {
      return new Deletion(delete, key);
    }
    if (write instanceof Write.Rotate rotate) {
      return new Move(rotate, key);
    }
    return new Update((Write.Save) write, key);
  }

  /** Whether the row must be read and locked before the decision. */
  boolean readsRow() {
    return false;
  }

  /** Whether the change waits for others of the same row. */
  boolean locksRow() {
    return true;
  }

  /** Decides on the row as it is read, whatever the caller had read before. */
  void dropGuess() {}

  /** Takes in another change of the same row. */
  void merge(Write<?> write) {
    throw new IllegalStateException("two writes of one row that cannot share it");
  }

  /** Decides what to write; {@code row} is null if there is none, or if none was asked for. */
  void decide(@Nullable SessionRecord row, Premises premises) {}

  /** Adds what is to be written. */
  abstract void addTo(Statements statements);

  /** After all statements but that one: adds what is to be told of. */
  void addEvents(Consumer<SessionEvent> events, long now) {}

  /** After all statements: the answers to send once committed, and the writes that lost a race. */
  abstract void conclude(Consumer<Runnable> answers, Consumer<Write<?>> losers);

  /** After the commit: what this node knows of the row from here on. */
  void remember(RecentRecords recent) {
    recent.drop(key);
  }

  void addEnds(Consumer<SessionEvent> events, long now) {
    ended.forEach(gone -> events.accept(gone.ended(SessionEvent.Reason.REVOKED, now)));
  }

  private static Set<SessionKey> keys(List<SessionRecord> records) {
    return records.stream().map(SessionRecord::key).collect(Collectors.toUnmodifiableSet());
  }

  private static final class Insertion extends RowChange {
    private final Write.Create create;
    private CreateOutcome outcome = CreateOutcome.CREATED;
    private List<SessionRecord> leaving = List.of();
    private boolean stale;

    Insertion(Write.Create create, SessionKey key) {
      super(key);
      this.create = create;
    }

    @Override
    boolean locksRow() {
      return false;
    }

    @Override
    void decide(@Nullable SessionRecord row, Premises premises) {
      Repeat repeat = create.repeat;
      CreateOutcome known = repeat == null ? null : premises.repeats().find(repeat, premises.now());
      if (known != null) {
        outcome = known;
      } else if (premises.leaving() == null) {
        outcome = CreateOutcome.AT_LIMIT;
      } else {
        leaving = premises.leaving();
        outcome = new CreateOutcome.Created(keys(leaving));
        stale = repeat != null && premises.repeats().isStale(repeat, premises.now());
      }
    }

    @Override
    void addTo(Statements statements) {
      if (outcome instanceof CreateOutcome.Created) {
        statements.end(this, leaving);
        if (create.repeat != null) {
          statements.remember(this, create.repeat, stale);
        }
        statements.insert(this, create.record);
      }
    }

    @Override
    void addEvents(Consumer<SessionEvent> events, long now) {
      if (outcome instanceof CreateOutcome.Created) {
        addEnds(events, now);
        events.accept(SessionEvent.created(create.record, now));
      }
    }

    @Override
    void remember(RecentRecords recent) {
      if (outcome instanceof CreateOutcome.Created) {
        recent.saw(create.record);
      }
    }

    @Override
    void conclude(Consumer<Runnable> answers, Consumer<Write<?>> losers) {
      answers.accept(() -> create.succeed(outcome));
    }
  }

  /** The end of one session. */
  static final class Deletion extends RowChange {
    private final Write.Delete delete;
    private Removal.@Nullable Gone gone;

    Deletion(Write.Delete delete, SessionKey key) {
      super(key);
      this.delete = delete;
    }

    @Override
    void addTo(Statements statements) {
      statements.delete(this);
    }

    /** There was such a session. */
    void found(Removal.Gone row) {
      gone = row;
      affected = 1;
    }

    @Override
    void addEvents(Consumer<SessionEvent> events, long now) {
      if (gone != null) {
        events.accept(gone.ended(delete.reason.asReason(), now));
      }
    }

    @Override
    void conclude(Consumer<Runnable> answers, Consumer<Write<?>> losers) {
      boolean live = gone != null;
      answers.accept(() -> delete.succeed(live));
    }
  }

  private static final class Move extends RowChange {
    private final Write.Rotate rotate;
    private @Nullable SessionRecord guess;
    private SaveOutcome outcome = SaveOutcome.GONE;
    private List<SessionRecord> leaving = List.of();
    private @Nullable SessionRecord before;

    Move(Write.Rotate rotate, SessionKey key) {
      super(key);
      this.rotate = rotate;
      this.guess = rotate.guess(rotate.delta);
    }

    @Override
    boolean readsRow() {
      return guess == null;
    }

    @Override
    void dropGuess() {
      guess = null;
    }

    @Override
    void decide(@Nullable SessionRecord row, Premises premises) {
      before = guess == null ? row : guess;
      if (before == null) {
        return;
      }
      outcome = rotate.delta.applyTo(before, rotate.rotation, premises.policy(), premises.now());
      if (outcome instanceof SaveOutcome.Saved saved
          && rotate.rotation.changesSubject(before.subject())) {
        arrive(saved.record(), premises.leaving());
      }
    }

    private void arrive(SessionRecord record, @Nullable List<SessionRecord> making) {
      leaving = making == null ? List.of() : making;
      outcome =
          making == null ? SaveOutcome.AT_LIMIT : new SaveOutcome.Saved(record, true, keys(making));
    }

    @Override
    void addTo(Statements statements) {
      if (before != null && outcome instanceof SaveOutcome.Saved saved) {
        statements.end(this, leaving);
        statements.move(this, before, rotate.rotation);
        statements.insert(this, saved.record());
      }
    }

    @Override
    void addEvents(Consumer<SessionEvent> events, long now) {
      if (affected > 0 && outcome instanceof SaveOutcome.Saved saved) {
        addEnds(events, now);
        events.accept(SessionEvent.rotated(saved.record(), now));
      }
    }

    @Override
    void conclude(Consumer<Runnable> answers, Consumer<Write<?>> losers) {
      if (outcome instanceof SaveOutcome.Saved && affected == 0) {
        losers.accept(rotate);
      } else {
        answers.accept(() -> rotate.succeed(outcome));
      }
    }
  }

  private static final class Update extends RowChange {
    private final List<Write.Save> saves = new ArrayList<>(1);
    private final List<SaveOutcome> outcomes = new ArrayList<>(1);
    private @Nullable SessionRecord guess;
    private @Nullable SessionRecord before;
    private @Nullable SessionRecord after;

    Update(Write.Save first, SessionKey key) {
      super(key);
      guess = first.guess(first.delta);
      saves.add(first);
    }

    @Override
    void merge(Write<?> write) {
      Write.Save save = (Write.Save) write;
      SessionRecord other = save.guess(save.delta);
      if (guess == null || other == null) {
        // One of them needs the row, perhaps because a guess has cost it a race before.
        guess = null;
      } else if (other.version() > guess.version()) {
        // The newest guess is the likeliest to hold.
        guess = other;
      }
      saves.add(save);
    }

    @Override
    boolean readsRow() {
      return guess == null;
    }

    @Override
    void dropGuess() {
      guess = null;
    }

    @Override
    void decide(@Nullable SessionRecord row, Premises premises) {
      before = guess == null ? row : guess;
      after = before;
      for (Write.Save save : saves) {
        SaveOutcome outcome =
            after == null
                ? SaveOutcome.GONE
                : save.delta.applyTo(after, premises.policy(), premises.now());
        outcomes.add(outcome);
        after = outcome instanceof SaveOutcome.Saved saved ? saved.record() : after;
      }
    }

    private boolean isWritten() {
      return outcomes.stream().anyMatch(o -> o instanceof SaveOutcome.Saved s && s.written());
    }

    @Override
    void addTo(Statements statements) {
      if (before != null && after != null && isWritten()) {
        statements.update(this, before, after);
      }
    }

    @Override
    void remember(RecentRecords recent) {
      if (after != null && (affected > 0 || guess == null)) {
        recent.saw(after);
      } else {
        recent.drop(key);
      }
    }

    @Override
    void conclude(Consumer<Runnable> answers, Consumer<Write<?>> losers) {
      // A guess that was not checked by an update may be wrong, too: only a read row refuses for
      // good.
      boolean proven = guess == null || affected > 0;
      for (int i = 0; i < saves.size(); i++) {
        Write.Save save = saves.get(i);
        SaveOutcome outcome = outcomes.get(i);
        if (proven && (affected > 0 || !isWritten())) {
          answers.accept(() -> save.succeed(outcome));
        } else {
          losers.accept(save);
        }
      }
    }
  }
}
