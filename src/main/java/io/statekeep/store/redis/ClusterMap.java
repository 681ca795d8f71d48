package io.statekeep.store.redis;

import io.vertx.redis.client.Response;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Which primary holds which slots, as one node saw it. Immutable. */
final class ClusterMap {
  /** What is known before any node was asked. */
  static final ClusterMap EMPTY = new ClusterMap(new TreeMap<>());

  private final NavigableMap<Integer, Range> ranges;

  private ClusterMap(NavigableMap<Integer, Range> ranges) {
    this.ranges = ranges;
  }

  private record Range(int last, RedisServer primary) {}

  /**
   * What CLUSTER SLOTS answered.
   *
   * @param node who was asked
   */
  static ClusterMap of(Response slots, RedisServer node) {
    NavigableMap<Integer, Range> ranges = new TreeMap<>();
    for (Response range : slots) {
      Response primary = range.get(2);
      Response host = primary.get(0);
      // A node that does not know its own name is where it was asked.
      String name = host == null || host.toString().isEmpty() ? node.host() : host.toString();
      RedisServer server = new RedisServer(name, primary.get(1).toInteger(), node.login());
      ranges.put(range.get(0).toInteger(), new Range(range.get(1).toInteger(), server));
    }
    return new ClusterMap(ranges);
  }

  /** Who holds the slot; null if that is not known. */
  @Nullable RedisServer holder(int slot) {
    Map.Entry<Integer, Range> range = ranges.floorEntry(slot);
    return range != null && slot <= range.getValue().last() ? range.getValue().primary() : null;
  }

  /** This map, with one slot at another node. */
  ClusterMap with(int slot, RedisServer primary) {
    NavigableMap<Integer, Range> changed = new TreeMap<>(ranges);
    Map.Entry<Integer, Range> around = changed.floorEntry(slot);
    if (around != null && slot <= around.getValue().last()) {
      int first = around.getKey();
      Range range = around.getValue();
      changed.remove(first);
      if (first < slot) {
        changed.put(first, new Range(slot - 1, range.primary()));
      }
      if (slot < range.last()) {
        changed.put(slot + 1, range);
      }
    }
    changed.put(slot, new Range(slot, primary));
    return new ClusterMap(changed);
  }

  /** Whether every slot has a primary. */
  boolean isWhole() {
    int covered = 0;
    for (Map.Entry<Integer, Range> range : ranges.entrySet()) {
      covered += range.getValue().last() - range.getKey() + 1;
    }
    return covered == Slots.COUNT;
  }

  Set<RedisServer> primaries() {
    Set<RedisServer> primaries = new LinkedHashSet<>();
    ranges.values().forEach(range -> primaries.add(range.primary()));
    return primaries;
  }
}
