package io.statekeep.service;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.MeterRegistry;
import io.statekeep.session.SessionStore;
import io.statekeep.store.ForwardingSessionStore;
import io.vertx.core.Future;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/** Counts and times the calls that reach a store, those that failed apart. */
final class MeteredSessionStore extends ForwardingSessionStore {
  private final Map<Verb, Meter> meters = new EnumMap<>(Verb.class);

  private static final class Meter {
    final LongAdder calls = new LongAdder();
    final LongAdder failures = new LongAdder();
    final LongAdder nanos = new LongAdder();
  }

  MeteredSessionStore(SessionStore store) {
    super(store);
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

  @Override
  protected <T> Future<T> forward(Verb verb, Supplier<Future<T>> call) {
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
}
