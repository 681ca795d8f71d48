package io.statekeep.store.layered;

import io.statekeep.store.InvalidationChannel;
import java.time.Duration;

/** What keeps the copies of a near cache right when others write to the store. */
public sealed interface Coherence {
  /** Nobody but this process can write to the store. */
  Coherence EXCLUSIVE = new Exclusive();

  /** Every change passes through the near cache: copies hold without a bound. */
  record Exclusive() implements Coherence {}

  /**
   * Nobody tells what others change.
   *
   * @param maxStale how long a copy may be served, from when it was asked for
   */
  record Lease(Duration maxStale) implements Coherence {}

  /**
   * The store tells what others change. A channel that is lost, or not heard from for too long, is
   * bypassed: then every read asks the store.
   *
   * @param channel opened and closed with the near cache
   * @param maxStale how long ago the channel may have been heard from when a copy is served; and,
   *     when the store cannot answer, when the copy was last known to be right
   */
  record Told(InvalidationChannel channel, Duration maxStale) implements Coherence {}
}
