package io.statekeep.web.api;

import io.statekeep.session.KeyTimes;
import io.statekeep.session.SessionEvent;
import io.statekeep.session.SessionEvent.Reason;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionRecord;
import io.statekeep.session.SessionStore;
import io.statekeep.session.TokenWatch;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the tokens that this node turns away, and tells of them once a second: a flood of forged
 * tokens is three events. Thread-safe.
 */
public final class Rejections implements TokenWatch {
  private static final Logger LOG = LoggerFactory.getLogger(Rejections.class);
  private static final long INTERVAL_MILLIS = 1000;

  private final InstantSource clock;
  private final Map<Reason, LongAdder> counts = new EnumMap<>(Reason.class);
  // A store does not tell an expired session from one that never was: whoever saw it alive knows.
  private final KeyTimes deadlines = new KeyTimes(1 << 18);

  public Rejections(InstantSource clock) {
    this.clock = clock;
    for (Reason reason : List.of(Reason.FORGED, Reason.UNKNOWN, Reason.EXPIRED)) {
      counts.put(reason, new LongAdder());
    }
  }

  @Override
  public void alive(SessionRecord record) {
    deadlines.put(record.key(), record.lifetime().expiresAt());
  }

  @Override
  public void forged() {
    count(Reason.FORGED, 1);
  }

  @Override
  public void missing(SessionKey key) {
    long deadline = deadlines.get(key);
    boolean expired = deadline != KeyTimes.UNKNOWN && clock.millis() >= deadline;
    count(expired ? Reason.EXPIRED : Reason.UNKNOWN, 1);
  }

  private void count(Reason reason, long by) {
    Objects.requireNonNull(counts.get(reason)).add(by);
  }

  /**
   * Tells the store of them from now on.
   *
   * @return stops that
   */
  public Runnable tell(Vertx vertx, SessionStore store) {
    long timer = vertx.setPeriodic(INTERVAL_MILLIS, id -> tell(store));
    return () -> vertx.cancelTimer(timer);
  }

  private void tell(SessionStore store) {
    List<SessionEvent> events = new ArrayList<>();
    long now = clock.millis();
    counts.forEach(
        (reason, count) -> {
          long since = count.sumThenReset();
          if (since > 0) {
            events.add(SessionEvent.rejected(reason, now, since));
          }
        });
    if (!events.isEmpty()) {
      store
          .append(events)
          .onFailure(
              failure -> {
                LOG.debug("events.late: {}", failure.getMessage());
                events.forEach(
                    event -> count(Objects.requireNonNull(event.reason()), event.count()));
              });
    }
  }
}
