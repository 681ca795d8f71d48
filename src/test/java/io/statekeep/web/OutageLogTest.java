package io.statekeep.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** How much of an outage the log is told. */
class OutageLogTest {
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5);
  private final OutageLog log = new OutageLog(nanos::get);

  @Test
  void theFirstAnswerIsTold() {
    assertThat(log.line("gone")).isEqualTo("gone");
  }

  @Test
  void othersOfTheSameSecondAreCountedAndToldWithTheNext() {
    log.line("gone");
    for (int i = 0; i < 1000; i++) {
      nanos.incrementAndGet();
      assertThat(log.line("gone")).isNull();
    }
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
    assertThat(log.line("still gone")).isEqualTo("still gone (and 1000 more before)");
    nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
    assertThat(log.line("gone again")).isEqualTo("gone again");
  }
}
