package io.statekeep.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A bad network between a node and its store: TCP on a free port of loopback, passed on to another
 * port with whatever fault is on. Faults meet connections that are there and those to come, until
 * {@link #heal}. Thread-safe.
 */
public final class FaultProxy implements AutoCloseable {
  private final int target;
  private final Random random;
  private final ServerSocket server;
  private final Set<Link> links = ConcurrentHashMap.newKeySet();
  private boolean closed;

  // All below is guarded by this; whoever waits for a change of it is notified.
  private final Set<Way> held = EnumSet.noneOf(Way.class);
  private int delayMillis;
  private int jitterMillis;
  private int sliceBytes;
  private long cutAfter;
  private String replyToLose;
  private String requestToLose;
  private boolean refusing;

  /** The directions, as the store sees them. */
  public enum Way {
    REQUESTS,
    REPLIES
  }

  private FaultProxy(int target, long seed) throws IOException {
    this.target = target;
    this.random = new Random(seed);
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    clear();
    start("accept", this::accept);
  }

  /**
   * Without any fault.
   *
   * @param target a port of loopback
   * @param seed of what is random
   */
  public static FaultProxy inFrontOf(int target, long seed) {
    try {
      return new FaultProxy(target, seed);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public int port() {
    return server.getLocalPort();
  }

  /** The same URL, by this proxy. */
  public String url(String url) {
    String direct = ":" + target;
    if (!url.contains(direct)) {
      throw new IllegalArgumentException("not a URL of port " + target);
    }
    return url.replace(direct, ":" + port());
  }

  /** Ends all faults. What was held goes on, as packets do that are sent again. */
  public synchronized void heal() {
    clear();
    notifyAll();
  }

  private void clear() {
    held.clear();
    delayMillis = 0;
    jitterMillis = 0;
    sliceBytes = Integer.MAX_VALUE;
    cutAfter = Long.MAX_VALUE;
    replyToLose = null;
    requestToLose = null;
    refusing = false;
  }

  /** Swallows what goes these ways: connections stay, are made even, and nothing arrives. */
  public synchronized void hold(Way... ways) {
    held.addAll(Set.of(ways));
  }

  /** Everything takes this much longer, and up to the jitter more. */
  public synchronized void delay(int millis, int jitter) {
    delayMillis = millis;
    jitterMillis = jitter;
  }

  /** Everything arrives in pieces of so many bytes. */
  public synchronized void slice(int bytes) {
    sliceBytes = bytes;
  }

  /** Resets the connection on which, from now on, the last of so many bytes of replies passes. */
  public synchronized void cutRepliesAfter(long bytes) {
    cutAfter = bytes;
  }

  /**
   * The next request with this text, in capitals here and in any case there, is delivered; in place
   * of its reply comes a reset. Once.
   */
  public synchronized void loseReplyTo(String text) {
    replyToLose = text;
  }

  /** The next request with this text is not delivered: a reset comes in its place. Once. */
  public synchronized void loseRequest(String text) {
    requestToLose = text;
  }

  /** Resets all connections, and every new one. */
  public void refuse() {
    synchronized (this) {
      refusing = true;
    }
    reset();
  }

  /** Resets all connections that there are. */
  public void reset() {
    links.forEach(Link::reset);
  }

  /** Connections that there are. */
  public int connections() {
    return links.size();
  }

  /** Whether {@link #loseReplyTo} and {@link #loseRequest} have met what they wait for. */
  public synchronized boolean hasLost() {
    return replyToLose == null && requestToLose == null;
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket client = server.accept();
        if (isRefusing()) {
          resetOf(client);
        } else {
          connect(client);
        }
      } catch (IOException e) {
        // Closed, or a client that has gone already.
      }
    }
  }

  private synchronized boolean isRefusing() {
    return refusing;
  }

  private void connect(Socket client) throws IOException {
    try {
      Link link = new Link(client, new Socket(InetAddress.getLoopbackAddress(), target));
      links.add(link);
      if (isRefusing()) {
        // It was on its way when the others were reset.
        link.reset();
      }
      start("requests", () -> link.pump(Way.REQUESTS));
      start("replies", () -> link.pump(Way.REPLIES));
    } catch (IOException e) {
      // Nobody listens there: to the client it is as if nobody listened here.
      resetOf(client);
    }
  }

  private static void start(String name, Runnable work) {
    Thread thread = new Thread(work, "fault-proxy-" + name);
    thread.setDaemon(true);
    thread.start();
  }

  private static void resetOf(Socket socket) {
    try {
      // Without lingering, a close is a reset.
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException e) {
      // It has been closed.
    }
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    reset();
  }

  /** What is to become of some bytes. */
  private record Fate(int pass, int slice, boolean reset) {}

  private synchronized Fate decide(Way way, Link link, String text) throws InterruptedException {
    if (delayMillis > 0 || jitterMillis > 0) {
      pause(delayMillis + (jitterMillis == 0 ? 0 : random.nextInt(jitterMillis)));
    }
    while (held.contains(way) && !closed) {
      wait();
    }
    if (way == Way.REPLIES) {
      if (link.losesReply) {
        return new Fate(0, sliceBytes, true);
      }
      long room = cutAfter;
      cutAfter = room == Long.MAX_VALUE ? room : Math.max(0, room - text.length());
      return new Fate((int) Math.min(room, text.length()), sliceBytes, room <= text.length());
    }
    if (isIn(text, requestToLose)) {
      requestToLose = null;
      return new Fate(0, sliceBytes, true);
    }
    if (isIn(text, replyToLose)) {
      replyToLose = null;
      link.losesReply = true;
    }
    return new Fate(text.length(), sliceBytes, false);
  }

  // Clients write the names of commands as they like.
  private static boolean isIn(String text, String wanted) {
    return wanted != null && text.toUpperCase(Locale.ROOT).contains(wanted);
  }

  private void pause(long millis) throws InterruptedException {
    long until = System.nanoTime() + millis * 1_000_000;
    for (long left = millis; left > 0 && !closed; left = (until - System.nanoTime()) / 1_000_000) {
      wait(left);
    }
  }

  /** One connection. */
  private final class Link {
    private final Socket client;
    private final Socket store;
    // Guarded by the proxy.
    private boolean losesReply;

    Link(Socket client, Socket store) throws IOException {
      this.client = client;
      this.store = store;
      client.setTcpNoDelay(true);
      store.setTcpNoDelay(true);
    }

    void pump(Way way) {
      Socket from = way == Way.REQUESTS ? client : store;
      Socket to = way == Way.REQUESTS ? store : client;
      byte[] bytes = new byte[1 << 16];
      try {
        for (int n = from.getInputStream().read(bytes);
            n >= 0;
            n = from.getInputStream().read(bytes)) {
          String text = new String(bytes, 0, n, StandardCharsets.ISO_8859_1);
          Fate fate = decide(way, this, text);
          for (int at = 0; at < fate.pass; at += Math.min(fate.slice, fate.pass - at)) {
            to.getOutputStream().write(bytes, at, Math.min(fate.slice, fate.pass - at));
          }
          if (fate.reset) {
            reset();
          }
        }
        end();
      } catch (IOException | InterruptedException e) {
        reset();
      }
    }

    // An end that the one side said is no news to the other while nothing passes.
    private void end() throws IOException, InterruptedException {
      synchronized (FaultProxy.this) {
        while (!held.isEmpty() && !closed) {
          FaultProxy.this.wait();
        }
      }
      links.remove(this);
      client.close();
      store.close();
    }

    void reset() {
      links.remove(this);
      resetOf(client);
      resetOf(store);
    }
  }
}
