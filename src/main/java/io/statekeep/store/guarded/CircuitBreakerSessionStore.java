package io.statekeep.store.guarded;

import io.statekeep.session.SessionStore;
import io.statekeep.session.SessionStoreException;
import io.statekeep.store.ForwardingSessionStore;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops asking a store that does not answer: callers hear so at once instead of waiting for their
 * deadlines, and the store is left alone but for a ping now and then, which finds it again.
 *
 * <p>Only refuses calls, and ends none: it may stand behind a near cache. A call that it refuses
 * was not made. Expected outcomes and refusals of the store itself are answers; {@link
 * SessionStore#ping} always asks the store. Thread-safe.
 */
public final class CircuitBreakerSessionStore extends ForwardingSessionStore {
  private static final Logger LOG = LoggerFactory.getLogger(CircuitBreakerSessionStore.class);
  private static final long PROBE_MILLIS = 250;

  private final ContextInternal context;
  private final CircuitBreaker breaker;
  private final LongAdder refused = new LongAdder();
  private volatile boolean closed;
  // Touched on the context only.
  private boolean probing;

  /**
   * @param timeoutMillis after which an answer counts as none, in milliseconds
   * @param store closed with this one
   */
  public CircuitBreakerSessionStore(Vertx vertx, long timeoutMillis, SessionStore store) {
    super(store);
    this.context = ((VertxInternal) vertx).createEventLoopContext();
    this.breaker = new CircuitBreaker(timeoutMillis, System::nanoTime, new Changes());
  }

  @Override
  protected <T> Future<T> forward(Verb verb, Supplier<Future<T>> call) {
    CircuitBreaker.Call begun = verb == Verb.PING ? breaker.beginProbe() : breaker.begin();
    if (begun == null) {
      refused.increment();
      return Future.failedFuture(
          new SessionStoreException("not asked, as it does not answer", null));
    }
    return call.get().onComplete(ended -> begun.end(isAnswer(ended)));
  }

  private static boolean isAnswer(AsyncResult<?> ended) {
    return ended.succeeded()
        || (ended.cause() instanceof SessionStoreException known && known.isRefusal());
  }

  /** Whether calls are refused, but for some on trial. */
  public boolean isSuspended() {
    return breaker.isOpen();
  }

  /** How many calls were refused. */
  public long refusals() {
    return refused.sum();
  }

  private final class Changes implements CircuitBreaker.Watch {
    @Override
    public void opened(String why, boolean again) {
      if (!again) {
        LOG.warn("store.suspended: {}; calls fail at once until it answers", why);
      }
      // The store may be back already; after a trial it has just shown that it is not.
      context.runOnContext(v -> startProbing(again ? PROBE_MILLIS : 0));
    }

    @Override
    public void closed(long afterNanos) {
      LOG.info("store.resumed: after {} ms", TimeUnit.NANOSECONDS.toMillis(afterNanos));
    }
  }

  private void startProbing(long pauseMillis) {
    if (!probing) {
      probing = true;
      probeAfter(pauseMillis);
    }
  }

  private void probeAfter(long pauseMillis) {
    if (pauseMillis == 0) {
      probe();
    } else {
      context.setTimer(pauseMillis, id -> probe());
    }
  }

  // One after another: each has the time that the store takes to give it up.
  private void probe() {
    probing = !closed && breaker.needsProbe();
    if (probing) {
      ping().onComplete(answer -> context.runOnContext(v -> probeAfter(PROBE_MILLIS)));
    }
  }

  @Override
  public Future<Void> close() {
    closed = true;
    return super.close();
  }
}
