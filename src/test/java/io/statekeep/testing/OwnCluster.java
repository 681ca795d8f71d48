package io.statekeep.testing;

import io.vertx.core.Vertx;
import io.vertx.redis.client.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A Redis Cluster for one test class, which may kill nodes and move slots. */
public final class OwnCluster {
  private static final int SLOTS = 16_384;
  // Nodes talk to each other at their port and this.
  private static final int BUS = 10_000;

  private final Vertx vertx = Vertx.vertx();
  private final List<OwnRedis> nodes = new ArrayList<>();
  private final List<RedisShell> shells = new ArrayList<>();

  private OwnCluster() {}

  /** Three primaries, which go on when one of them is lost, and as many replicas as asked for. */
  public static OwnCluster start(int replicas) {
    OwnCluster cluster = new OwnCluster();
    for (int i = 0; i < 3 + replicas; i++) {
      cluster.add();
    }
    for (int i = 0; i < 3; i++) {
      List<String> slots = new ArrayList<>(List.of("ADDSLOTS"));
      for (int slot = i * SLOTS / 3; slot < (i + 1) * SLOTS / 3; slot++) {
        slots.add(Integer.toString(slot));
      }
      cluster.run(i, slots.toArray(String[]::new));
    }
    for (int i = 1; i < cluster.nodes.size(); i++) {
      // Epochs of their own spare the nodes an argument.
      cluster.run(i, "SET-CONFIG-EPOCH", Integer.toString(i + 1));
      cluster.run(i, "MEET", "127.0.0.1", Integer.toString(cluster.nodes.get(0).port()));
    }
    cluster.awaitWhole();
    for (int i = 0; i < replicas; i++) {
      cluster.run(3 + i, "REPLICATE", cluster.id(i % 3));
    }
    for (int i = 0; i < replicas; i++) {
      int replica = 3 + i;
      await(() -> cluster.shells.get(replica).run("ROLE").get(3).toString().equals("connected"));
    }
    cluster.awaitWhole();
    return cluster;
  }

  private void add() {
    try {
      OwnRedis node =
          OwnRedis.start(
              freePort(),
              List.of(
                  "cluster-enabled yes",
                  "cluster-config-file nodes.conf",
                  "cluster-node-timeout 1500",
                  "cluster-require-full-coverage no",
                  "dir " + Files.createTempDirectory("cluster")));
      nodes.add(node);
      shells.add(new RedisShell(vertx, node.url()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int freePort() throws IOException {
    int port = Servers.freePort();
    while (port + BUS > 65_535 || !isFree(port + BUS)) {
      port = Servers.freePort();
    }
    return port;
  }

  private static boolean isFree(int port) {
    try {
      new ServerSocket(port).close();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private void awaitWhole() {
    for (RedisShell shell : shells) {
      await(
          () -> {
            String info = shell.run("CLUSTER", "INFO").toString();
            return info.contains("cluster_state:ok")
                && info.contains("cluster_slots_ok:" + SLOTS)
                && info.contains("cluster_known_nodes:" + nodes.size() + "\r");
          });
    }
  }

  /** Waits, with a generous bound, until something is so. */
  public static void await(BooleanSupplier condition) {
    for (int i = 0; i < 3000 && !condition.getAsBoolean(); i++) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
    if (!condition.getAsBoolean()) {
      throw new IllegalStateException("it never became so");
    }
  }

  /** Runs a CLUSTER command on a node. */
  public Response run(int node, String... arguments) {
    return shells.get(node).run("CLUSTER", arguments);
  }

  public RedisShell shell(int node) {
    return shells.get(node);
  }

  public OwnRedis node(int place) {
    return nodes.get(place);
  }

  public String id(int node) {
    return run(node, "MYID").toString();
  }

  /** Which of the first three nodes holds the slot of this key, before any slot has moved. */
  public int holder(String key) {
    int slot = run(0, "KEYSLOT", key).toInteger();
    for (int i = 2; i > 0; i--) {
      if (slot >= i * SLOTS / 3) {
        return i;
      }
    }
    return 0;
  }

  public List<String> urls() {
    return nodes.stream().map(OwnRedis::url).toList();
  }

  public void stop() {
    shells.forEach(RedisShell::close);
    nodes.forEach(OwnRedis::stop);
    Await.await(vertx.close());
  }
}
