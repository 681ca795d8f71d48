package io.statekeep.fault;

import io.statekeep.testing.FaultProxy;
import io.statekeep.testing.FaultProxy.Way;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Makes the networks of a site bad, one after another, in an order that its seed decides. */
final class Nemesis {
  private static final int SHORTEST_MILLIS = 50;
  private static final int LONGEST_MILLIS = 900;

  private final Random random;
  private final List<FaultProxy> networks;
  private final List<Fault> faults = new ArrayList<>();
  private final StringBuilder deeds = new StringBuilder();

  private record Fault(String name, Deed deed) {}

  private interface Deed {
    void to(FaultProxy network);
  }

  /**
   * @param write what is in every request that changes something
   * @param killConnections ends all connections, as an operator of the store can
   */
  Nemesis(Site site, long seed, String write, Runnable killConnections) {
    this.random = new Random(seed);
    this.networks = site.networks();
    faults.add(new Fault("hold both ways", n -> n.hold(Way.REQUESTS, Way.REPLIES)));
    faults.add(new Fault("hold requests", n -> n.hold(Way.REQUESTS)));
    faults.add(new Fault("hold replies", n -> n.hold(Way.REPLIES)));
    faults.add(new Fault("reset", FaultProxy::reset));
    faults.add(new Fault("refuse", FaultProxy::refuse));
    faults.add(new Fault("slices", n -> n.slice(1 + random.nextInt(7))));
    faults.add(new Fault("delay", n -> n.delay(random.nextInt(100), 100)));
    faults.add(new Fault("cut a reply", n -> n.cutRepliesAfter(1 + random.nextInt(3000))));
    faults.add(new Fault("lose a reply", n -> n.loseReplyTo(write)));
    faults.add(new Fault("lose a request", n -> n.loseRequest(write)));
    faults.add(new Fault("kill connections", n -> killConnections.run()));
  }

  /** One fault after another for so long; all is well at the end. */
  void run(long millis) {
    long start = System.nanoTime();
    while (Site.millisSince(start) < millis) {
      int node = random.nextInt(networks.size());
      Fault fault = faults.get(random.nextInt(faults.size()));
      deeds.append(fault.name).append(" at ").append(node).append("; ");
      fault.deed.to(networks.get(node));
      pause();
      if (random.nextInt(3) > 0) {
        networks.forEach(FaultProxy::heal);
        pause();
      }
    }
    networks.forEach(FaultProxy::heal);
  }

  private void pause() {
    int millis = SHORTEST_MILLIS + random.nextInt(LONGEST_MILLIS - SHORTEST_MILLIS);
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
  }

  /** What it did. */
  @Override
  public String toString() {
    return deeds.toString();
  }
}
