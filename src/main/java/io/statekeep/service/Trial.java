package io.statekeep.service;

import io.statekeep.service.config.Config;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/** A client of the own node: whether it is ready, and the life of a few sessions. Blocking. */
final class Trial {
  // What a node may take beyond the deadline of its store.
  private static final int SLACK_MILLIS = 1000;

  private static final int SESSIONS = 200;

  private final Config config;

  Trial(Config config) {
    this.config = config;
  }

  /**
   * Asks the node whether it is ready.
   *
   * @param port of its listener for operators
   * @throws StartException if it is not, or does not answer
   */
  void requireReady(int port) {
    int status = get(config.management(), port, "/health/ready", null).status();
    if (status != 200) {
      throw new StartException("the node is not ready: " + status, null);
    }
  }

  /**
   * Begins, reads, changes and ends some sessions by the tutorial's routes, whatever they answer:
   * what a node needs for requests is loaded then.
   *
   * @throws StartException if it does not answer
   */
  void live(int port) {
    for (int i = 0; i < SESSIONS; i++) {
      String cookie = ask(port, "/set_session?user_id=1&name=trial", null).cookie();
      ask(port, "/get_session", cookie);
      ask(port, "/update_session", cookie);
      ask(port, "/del_session", cookie);
      ask(port, "/plain", null);
    }
  }

  private Answer ask(int port, String path, @Nullable String cookie) {
    return get(config.http().listener(), port, path, cookie);
  }

  private record Answer(int status, @Nullable String cookie) {}

  private Answer get(Config.Listener listener, int port, String path, @Nullable String cookie) {
    try {
      URI uri = new URI("http", null, host(listener), port, null, null, null).resolve(path);
      HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection(Proxy.NO_PROXY);
      int timeout = (int) config.store().timeout().toMillis() + SLACK_MILLIS;
      connection.setConnectTimeout(timeout);
      connection.setReadTimeout(timeout);
      if (cookie != null) {
        connection.setRequestProperty("Cookie", cookie);
      }
      int status = connection.getResponseCode();
      // Read to its end, so that the connection can be used again.
      try (InputStream body =
          status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
        if (body != null) {
          body.readAllBytes();
        }
      }
      String set = connection.getHeaderField("Set-Cookie");
      return new Answer(status, set == null ? null : set.substring(0, set.indexOf(';')));
    } catch (IOException | URISyntaxException e) {
      throw new StartException("the node does not answer: " + e.getMessage(), e);
    }
  }

  private static String host(Config.Listener listener) throws IOException {
    return InetAddress.getByName(listener.host()).isAnyLocalAddress()
        ? InetAddress.getLoopbackAddress().getHostAddress()
        : listener.host();
  }
}
