package io.statekeep.store.redis;

import java.util.List;
import java.util.Map;

/**
 * Which servers held which keys at some time.
 *
 * @param keys by the primary that holds them
 * @param missing whether there are keys that nobody holds
 * @param asOfNanos on the clock of {@link System#nanoTime}: it was so at this time or later
 */
record Holders(Map<RedisServer, List<Keys>> keys, boolean missing, long asOfNanos) {}
