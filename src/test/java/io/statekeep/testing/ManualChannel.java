package io.statekeep.testing;

import io.statekeep.session.SessionKey;
import io.statekeep.store.InvalidationChannel;
import io.vertx.core.Future;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * A channel whose messages arrive when a test says so, in order, or never. What is sent while it is
 * cut is gone, and nobody is told of that. For one thread.
 */
public final class ManualChannel implements InvalidationChannel {
  private final Queue<Runnable> underWay = new ArrayDeque<>();
  private Listener listener;
  private boolean cut = true;

  @Override
  public void open(Listener opened) {
    listener = opened;
  }

  @Override
  public Future<Void> close() {
    return Future.succeededFuture();
  }

  private void send(Runnable message) {
    if (!cut) {
      underWay.add(message);
    }
  }

  /** The store tells of a change. */
  public void change(SessionKey key, long version) {
    send(() -> listener.changed(key, version));
  }

  /** The store tells that all told so far was what had changed up to a time. */
  public void beat(long nanos) {
    send(() -> listener.heard(nanos));
  }

  /** How many messages are under way. */
  public int underWay() {
    return underWay.size();
  }

  /** The next message arrives. */
  public void deliver() {
    underWay.remove().run();
  }

  public void deliverAll() {
    while (!underWay.isEmpty()) {
      deliver();
    }
  }

  /** From here on nothing arrives; the node does not know yet. */
  public void cut() {
    cut = true;
    underWay.clear();
  }

  /** The node finds out that nothing arrives. */
  public void lose() {
    cut();
    listener.lost();
  }

  /** The node is told of all changes from here on, and knows it. */
  public void connect(long nanos) {
    cut();
    cut = false;
    listener.connected();
    listener.heard(nanos);
  }
}
