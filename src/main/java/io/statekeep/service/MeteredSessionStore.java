package io.statekeep.service;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.MeterRegistry;
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
import io.statekeep.session.Visit;
import io.vertx.core.Future;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Counts and times the calls that reach a store, those that failed apart. */
final class MeteredSessionStore implements SessionStore {
  private final SessionStore store;
  private final Map<Verb, Meter> meters = new EnumMap<>(Verb.class);

  private enum Verb {
    LOAD,
    VISIT,
    CREATE,
    SAVE,
    ROTATE,
    DELETE,
    LIST,
    DELETE_BY_SUBJECT,
    PURGE,
    EVENTS,
    APPEND,
    PING
  }

  private static final class Meter {
    final LongAdder calls = new LongAdder();
    final LongAdder failures = new LongAdder();
    final LongAdder nanos = new LongAdder();
  }

  MeteredSessionStore(SessionStore store) {
    this.store = store;
    for (Verb verb : Verb.values()) {
      meters.put(verb, new Meter());
    }
  }

  void bind(MeterRegistry registry) {
    meters.forEach(
        (verb, meter) -> {
          String name = verb.name().toLowerCase(Locale.ROOT);
          FunctionTimer.builder(
                  "statekeep.store.calls",
                  meter,
                  m -> m.calls.sum(),
                  m -> m.nanos.sum(),
                  TimeUnit.NANOSECONDS)
              .description("Calls that reached the store behind the near cache")
              .tag("verb", name)
              .register(registry);
          FunctionCounter.builder("statekeep.store.failures", meter.failures, LongAdder::sum)
              .description("Calls that the store could not answer")
              .tag("verb", name)
              .register(registry);
        });
  }

  private <T> Future<T> measure(Verb verb, Supplier<Future<T>> call) {
    Meter meter = meters.get(verb);
    long startedAt = System.nanoTime();
    return call.get()
        .onComplete(
            ended -> {
              if (meter != null) {
                meter.calls.increment();
                meter.nanos.add(System.nanoTime() - startedAt);
                meter.failures.add(ended.failed() ? 1 : 0);
              }
            });
  }

  @Override
  public Future<Optional<SessionRecord>> load(SessionKey key) {
    return measure(Verb.LOAD, () -> store.load(key));
  }

  @Override
  public Future<Visit> visit(SessionKey key) {
    return measure(Verb.VISIT, () -> store.visit(key));
  }

  @Override
  public Future<CreateOutcome> create(Creation creation) {
    return measure(Verb.CREATE, () -> store.create(creation));
  }

  @Override
  public Future<SaveOutcome> save(SessionKey key, SessionDelta delta) {
    return measure(Verb.SAVE, () -> store.save(key, delta));
  }

  @Override
  public Future<SaveOutcome> rotate(Rotation rotation, SessionDelta delta) {
    return measure(Verb.ROTATE, () -> store.rotate(rotation, delta));
  }

  @Override
  public Future<Boolean> delete(SessionKey key, EndReason reason) {
    return measure(Verb.DELETE, () -> store.delete(key, reason));
  }

  @Override
  public Future<Page> list(Query query) {
    return measure(Verb.LIST, () -> store.list(query));
  }

  @Override
  public Future<Set<SessionKey>> deleteBySubject(String subject, Optional<SessionKey> except) {
    return measure(Verb.DELETE_BY_SUBJECT, () -> store.deleteBySubject(subject, except));
  }

  @Override
  public Future<Integer> purgeExpired(int limit) {
    return measure(Verb.PURGE, () -> store.purgeExpired(limit));
  }

  @Override
  public Future<EventPage> events(@Nullable String after, int limit) {
    return measure(Verb.EVENTS, () -> store.events(after, limit));
  }

  @Override
  public Future<Void> append(List<SessionEvent> rejections) {
    return measure(Verb.APPEND, () -> store.append(rejections));
  }

  @Override
  public Future<Void> ping() {
    return measure(Verb.PING, store::ping);
  }

  @Override
  public Future<Void> close() {
    return store.close();
  }
}
