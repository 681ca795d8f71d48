package io.statekeep.store.local;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds what has expired at a cost that does not grow with what has not: a hierarchical timing
 * wheel (Varghese and Lauck, 1987). Thread-safe.
 *
 * <p>A node waits in a bucket no later than its deadline. When the bucket's time comes the node is
 * asked again: it may have a later deadline by then and is put back. Deadlines that only move away
 * need no call at all.
 */
final class ExpiryWheel {
  // Ticks of 1 s, 64 s, 68 min and 3 days: the last level spans 194 days and takes what is beyond,
  // too.
  private static final int LEVELS = 4;
  private static final int BITS = 6;
  private static final int BUCKETS = 1 << BITS;
  private static final int TICK_MILLIS = 1000;
  private static final long SPAN = 1L << (BITS * LEVELS);

  // A clock that was set back by less is waited for.
  private static final int PATIENCE_TICKS = 64;

  private final Node[][] wheel = new Node[LEVELS][BUCKETS];

  /** Nodes whose bucket's time has come, not yet asked. */
  private final Node due = new Node.Head();

  private long tick;

  ExpiryWheel(long nowMillis) {
    tick = nowMillis / TICK_MILLIS;
    for (Node[] level : wheel) {
      for (int i = 0; i < BUCKETS; i++) {
        level[i] = new Node.Head();
      }
    }
  }

  /** Puts the node in its bucket, out of the one where it is. */
  synchronized void schedule(Node node) {
    node.unlink();
    bucket(node.deadlineMillis()).append(node);
  }

  /** Takes the node out; nothing if it is not in. */
  synchronized void cancel(Node node) {
    node.unlink();
  }

  /**
   * Hands out expired nodes, each once.
   *
   * @param limit nodes to look at, at most
   * @return how many were looked at
   */
  int poll(long nowMillis, int limit, Consumer<Node> expired) {
    int seen = 0;
    while (seen < limit) {
      Node node = next(nowMillis);
      if (node == null) {
        break;
      }
      seen++;
      if (node.deadlineMillis() <= nowMillis) {
        expired.accept(node);
      } else {
        schedule(node);
      }
    }
    return seen;
  }

  private synchronized @Nullable Node next(long nowMillis) {
    long now = nowMillis / TICK_MILLIS;
    if (tick - now > PATIENCE_TICKS || now - tick >= SPAN) {
      jump(now);
    }
    while (due.isEmpty() && tick <= now) {
      for (int level = 0; level < LEVELS; level++) {
        boolean begins = (tick & ((1L << (BITS * level)) - 1)) == 0;
        if (begins) {
          due.takeAll(wheel[level][index(tick, level)]);
        }
      }
      tick++;
    }
    Node node = due.first();
    if (node != null) {
      node.unlink();
    }
    return node;
  }

  /** Has every node asked again: the time of its bucket was another clock's. */
  private void jump(long now) {
    for (Node[] level : wheel) {
      for (Node bucket : level) {
        due.takeAll(bucket);
      }
    }
    tick = now;
  }

  private Node bucket(long deadlineMillis) {
    // The node is expired only when the whole tick of its deadline has begun.
    long deadline = Math.max(deadlineMillis, 0);
    long at = Math.max(Math.floorDiv(deadline - 1, (long) TICK_MILLIS) + 1, tick);
    long ahead = at - tick;
    int level = 0;
    while (level < LEVELS - 1 && ahead >= (1L << (BITS * (level + 1)))) {
      level++;
    }
    long reachable = Math.min(at, tick + SPAN - (1L << (BITS * (LEVELS - 1))));
    return wheel[level][index(reachable, level)];
  }

  private static int index(long tick, int level) {
    return (int) (tick >>> (BITS * level)) & (BUCKETS - 1);
  }

  /** Something with a deadline, a link of one bucket's ring. */
  abstract static class Node {
    private @Nullable Node previous;
    private @Nullable Node next;

    /** When it expires, in milliseconds since the epoch. */
    abstract long deadlineMillis();

    private void unlink() {
      if (previous != null && next != null) {
        previous.next = next;
        next.previous = previous;
        previous = null;
        next = null;
      }
    }

    boolean isEmpty() {
      return next == this;
    }

    @Nullable Node first() {
      return isEmpty() ? null : next;
    }

    void append(Node node) {
      Node last = previous;
      node.previous = last;
      node.next = this;
      if (last != null) {
        last.next = node;
      }
      previous = node;
    }

    void takeAll(Node other) {
      Node first = other.next;
      Node last = other.previous;
      if (first == null || last == null || other.isEmpty()) {
        return;
      }
      Node tail = previous;
      first.previous = tail;
      if (tail != null) {
        tail.next = first;
      }
      last.next = this;
      previous = last;
      other.makeEmpty();
    }

    void makeEmpty() {
      previous = this;
      next = this;
    }

    /** The fixed link of a ring. */
    private static final class Head extends Node {
      Head() {
        makeEmpty();
      }

      @Override
      long deadlineMillis() {
        return Long.MAX_VALUE;
      }
    }
  }
}
