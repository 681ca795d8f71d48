package io.statekeep.testing;

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
import io.statekeep.session.SessionRecord;
import io.statekeep.session.SessionStore;
import io.statekeep.session.SessionStoreException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A real store far away: a call waits before the store carries it out and again before its caller
 * hears of it, each time until told to go on. For one thread.
 */
public final class HeldStore implements SessionStore {
  private final SessionStore store;
  private final List<Step> waiting = new ArrayList<>();
  private final List<String> calls = new ArrayList<>();
  private boolean holding = true;

  public HeldStore(SessionStore store) {
    this.store = store;
  }

  private interface Step {
    void goOn();
  }

  /** Lets calls through at once from here on. */
  public void letGo() {
    holding = false;
    while (!waiting.isEmpty()) {
      goOn(0);
    }
  }

  public void hold() {
    holding = true;
  }

  /** How many steps wait. */
  public int waiting() {
    return waiting.size();
  }

  /** Lets one of the waiting steps happen; what follows it waits at the end of the line. */
  public void goOn(int index) {
    waiting.remove(index).goOn();
  }

  /** Fails the call of a waiting step; whether the store carries it out is open. */
  public void lose(int index, boolean carriedOut) {
    Step step = waiting.remove(index);
    if (step instanceof Departure<?> departure) {
      departure.lose(carriedOut);
    } else {
      step.goOn();
    }
  }

  /** The verbs called since the last time this was asked. */
  public List<String> takeCalls() {
    List<String> taken = List.copyOf(calls);
    calls.clear();
    return taken;
  }

  private <T> Future<T> call(String verb, Supplier<Future<T>> call) {
    calls.add(verb);
    if (!holding) {
      return call.get();
    }
    Departure<T> departure = new Departure<>(call);
    waiting.add(departure);
    return departure.promise.future();
  }

  /** A call on its way to the store. */
  private final class Departure<T> implements Step {
    private final Supplier<Future<T>> call;
    private final Promise<T> promise = Promise.promise();

    Departure(Supplier<Future<T>> call) {
      this.call = call;
    }

    @Override
    public void goOn() {
      Future<T> result = call.get();
      waiting.add(() -> result.onComplete(promise));
    }

    void lose(boolean carriedOut) {
      SessionStoreException lost = new SessionStoreException("lost", null);
      if (carriedOut) {
        call.get().onComplete(done -> promise.fail(lost));
      } else {
        promise.fail(lost);
      }
    }
  }

  @Override
  public Future<Optional<SessionRecord>> load(SessionKey key) {
    return call("load", () -> store.load(key));
  }

  @Override
  public Future<CreateOutcome> create(Creation creation) {
    return call("create", () -> store.create(creation));
  }

  @Override
  public Future<SaveOutcome> save(SessionKey key, SessionDelta delta) {
    return call(delta.seen() == null ? "save" : "save seen", () -> store.save(key, delta));
  }

  @Override
  public Future<SaveOutcome> rotate(Rotation rotation, SessionDelta delta) {
    return call("rotate", () -> store.rotate(rotation, delta));
  }

  @Override
  public Future<Boolean> delete(SessionKey key, EndReason reason) {
    return call("delete", () -> store.delete(key, reason));
  }

  @Override
  public Future<Page> list(Query query) {
    return call("list", () -> store.list(query));
  }

  @Override
  public Future<Set<SessionKey>> deleteBySubject(String subject, Optional<SessionKey> except) {
    return call("deleteBySubject", () -> store.deleteBySubject(subject, except));
  }

  @Override
  public Future<Integer> purgeExpired(int limit) {
    return call("purge", () -> store.purgeExpired(limit));
  }

  @Override
  public Future<EventPage> events(@Nullable String after, int limit) {
    return call("events", () -> store.events(after, limit));
  }

  @Override
  public Future<Void> append(List<SessionEvent> rejections) {
    return call("append", () -> store.append(rejections));
  }

  @Override
  public Future<Void> ping() {
    return call("ping", store::ping);
  }

  @Override
  public Future<Void> close() {
    return store.close();
  }
}
