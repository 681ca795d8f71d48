package io.statekeep.service;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What an operator can count. Hot paths add to plain counters; the registry reads them when
 * somebody asks.
 */
final class Metrics {
  private final LongAdder requests;
  private final MeterBinder store;
  private @Nullable PrometheusMeterRegistry registry;

  Metrics(LongAdder requests, MeterBinder store) {
    this.requests = requests;
    this.store = store;
  }

  /** All of them in Prometheus text. */
  synchronized String scrape() {
    if (registry == null) {
      // Made when first asked for: the start need not wait for it.
      registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
      bind(registry);
    }
    return registry.scrape();
  }

  private void bind(PrometheusMeterRegistry meters) {
    FunctionCounter.builder("statekeep.http.requests", requests, LongAdder::sum)
        .description("Requests on the public listener")
        .register(meters);
    store.bindTo(meters);
    new UptimeMetrics().bindTo(meters);
    new ProcessorMetrics().bindTo(meters);
    new JvmMemoryMetrics().bindTo(meters);
    new JvmThreadMetrics().bindTo(meters);
    new FileDescriptorMetrics().bindTo(meters);
    bindGarbageCollection(meters);
  }

  // Lives as long as the process.
  @SuppressWarnings({"resource", "MustBeClosedChecker"})
  private static void bindGarbageCollection(PrometheusMeterRegistry meters) {
    new JvmGcMetrics().bindTo(meters);
  }
}
