package io.statekeep.testing;

import io.statekeep.session.SessionKey;
import io.statekeep.store.InvalidationChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Notes what an invalidation channel tells. Thread-safe. */
public final class HeardChanges implements InvalidationChannel.Listener {
  private static final long MAX_MILLIS = 60_000;

  private final List<String> told = new ArrayList<>();
  private long heardAt = System.nanoTime() - 1;

  private synchronized void note(String what) {
    told.add(what);
    notifyAll();
  }

  @Override
  public void connected() {
    note("connected");
  }

  @Override
  public void changed(SessionKey key, long version) {
    note(version == UNKNOWN_VERSION ? key.value() : key.value() + " " + version);
  }

  @Override
  public void allChanged() {
    note("all");
  }

  @Override
  public synchronized void heard(long nanos) {
    heardAt = nanos;
    notifyAll();
  }

  @Override
  public void lost() {
    note("lost");
  }

  /** Waits until all that was changed before now has been told, and takes it. */
  public synchronized List<String> awaitAll() {
    long now = System.nanoTime();
    await(notes -> heardAt - now > 0);
    return take();
  }

  /** Waits for a word that was told since the last look, and takes all up to now. */
  public synchronized List<String> await(String word) {
    await(notes -> notes.contains(word));
    return take();
  }

  private synchronized void await(Predicate<List<String>> condition) {
    long deadline = System.currentTimeMillis() + MAX_MILLIS;
    while (!condition.test(told)) {
      long left = deadline - System.currentTimeMillis();
      if (left <= 0) {
        throw new IllegalStateException("not told in time; told was " + told);
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** Takes what was told since the last look. */
  public synchronized List<String> take() {
    List<String> taken = List.copyOf(told);
    told.clear();
    return taken;
  }
}
