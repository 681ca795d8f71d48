package io.statekeep.store.jdbc;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Stands in front of PostgreSQL, and can let no answer through without closing a connection. */
final class SilentProxy implements AutoCloseable {
  private static final Pattern HOST = Pattern.compile("//([^:/]+):(\\d+)/");

  private final ServerSocket listening;
  private final String url;
  private final String host;
  private final int port;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private boolean silent;

  private SilentProxy(String url) throws IOException {
    Matcher matcher = HOST.matcher(url);
    if (!matcher.find()) {
      throw new IllegalArgumentException(url);
    }
    this.host = matcher.group(1);
    this.port = Integer.parseInt(matcher.group(2));
    this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    this.url = matcher.replaceFirst("//127.0.0.1:" + listening.getLocalPort() + "/");
  }

  static SilentProxy to(String url) throws IOException {
    SilentProxy proxy = new SilentProxy(url);
    start(proxy::accept);
    return proxy;
  }

  /** The same database, by way of the proxy. */
  String url() {
    return url;
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void start(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException e) {
                // One side has closed: so does the other.
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() throws IOException {
    while (!listening.isClosed()) {
      Socket client = listening.accept();
      Socket server = new Socket(host, port);
      sockets.addAll(List.of(client, server));
      start(() -> copy(client, server));
      start(() -> copy(server, client));
    }
  }

  private void copy(Socket from, Socket to) throws IOException {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] bytes = new byte[8192];
      for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
        awaitSpeech();
        out.write(bytes, 0, read);
      }
    }
  }

  private synchronized void awaitSpeech() throws IOException {
    while (silent) {
      try {
        wait();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }
  }

  synchronized void fallSilent() {
    silent = true;
  }

  synchronized void speak() {
    silent = false;
    notifyAll();
  }

  @Override
  public void close() throws IOException {
    speak();
    listening.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
