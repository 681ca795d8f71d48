package io.statekeep.service;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.statekeep.session.SessionStore;
import io.statekeep.store.guarded.CircuitBreakerSessionStore;
import io.statekeep.store.layered.LayeredSessionStore;
import org.jspecify.annotations.Nullable;

/**
 * The store as requests use it, and what of it can be counted.
 *
 * @param front what requests ask
 * @param near the near cache; null if there is none
 * @param breaker null if there is none
 * @param keeper what keeps the sessions
 */
record StoreStack(
    SessionStore front,
    @Nullable LayeredSessionStore near,
    @Nullable CircuitBreakerSessionStore breaker,
    MeteredSessionStore keeper)
    implements MeterBinder {

  @Override
  public void bindTo(MeterRegistry meters) {
    keeper.bind(meters);
    if (breaker != null) {
      Gauge.builder("statekeep.store.suspended", breaker, b -> b.isSuspended() ? 1 : 0)
          .description("Whether calls fail at once, as the store does not answer")
          .register(meters);
      FunctionCounter.builder("statekeep.store.refused", breaker, b -> b.refusals())
          .description("Calls that failed at once, as the store does not answer")
          .register(meters);
    }
    if (near != null) {
      Gauge.builder("statekeep.near.copies", near, LayeredSessionStore::size)
          .description("Copies of sessions in the near cache, more or less")
          .register(meters);
      Gauge.builder("statekeep.near.serving", near, n -> n.isServing() ? 1 : 0)
          .description("Whether copies are served; 0 while nobody tells what changes")
          .register(meters);
      FunctionCounter.builder("statekeep.near.told", near, LayeredSessionStore::changesTold)
          .description("Changes that the store told of")
          .register(meters);
    }
  }
}
