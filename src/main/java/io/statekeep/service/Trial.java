package io.statekeep.service;

import io.statekeep.service.config.Config;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.Proxy;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A client of the own node: whether it is ready, and the life of a few sessions. Blocking. */
final class Trial {
  // What a node may take beyond the deadline of its store.
  private static final int SLACK_MILLIS = 1000;

  private static final int SESSIONS = 100;
  private static final String SESSIONS_PATH = "/v1/sessions";

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
    int status = send(config.management(), port, Request.get("/health/ready")).status();
    if (status != 200) {
      throw new StartException("the node is not ready: " + status, null);
    }
  }

  /**
   * Begins, reads, changes and ends some sessions as browsers, proxies and services do, whatever is
   * answered: what a node needs for requests is loaded then.
   *
   * @param apiKey opens the API, which is left alone without
   * @throws StartException if it does not answer
   */
  void live(int port, Optional<String> apiKey) {
    for (int i = 0; i < SESSIONS; i++) {
      browse(port);
      apiKey.ifPresent(key -> callApi(port, key));
    }
  }

  private void browse(int port) {
    String cookie = ask(port, Request.get("/set_session?user_id=1&name=trial")).cookie();
    for (String path :
        List.of("/get_session", "/update_session", "/v1/verify", "/del_session", "/v1/verify")) {
      Request request = Request.get(path);
      ask(port, cookie == null ? request : request.with("Cookie", cookie));
    }
    ask(port, Request.get("/plain"));
  }

  private void callApi(int port, String key) {
    String session =
        ask(port, Request.post(SESSIONS_PATH, "{\"attributes\":{\"name\":\"trial\"}}").by(key))
            .location();
    if (session != null) {
      ask(port, Request.post(session + "/increment", "{\"name\":\"n\"}").by(key));
      ask(port, Request.get(session).by(key));
      ask(port, Request.get(SESSIONS_PATH).by(key));
      ask(port, new Request("DELETE", session, Map.of(), null).by(key));
    }
  }

  private Answer ask(int port, Request request) {
    return send(config.http().listener(), port, request);
  }

  private record Request(
      String method, String path, Map<String, String> headers, @Nullable String body) {
    static Request get(String path) {
      return new Request("GET", path, Map.of(), null);
    }

    static Request post(String path, String json) {
      return new Request("POST", path, Map.of(), json).with("Content-Type", "application/json");
    }

    Request by(String apiKey) {
      return with("Authorization", "Bearer " + apiKey);
    }

    Request with(String header, String value) {
      Map<String, String> all = new HashMap<>(headers);
      all.put(header, value);
      return new Request(method, path, all, body);
    }
  }

  private record Answer(int status, @Nullable String cookie, @Nullable String location) {}

  private Answer send(Config.Listener listener, int port, Request request) {
    try {
      URI uri =
          new URI("http", null, host(listener), port, null, null, null).resolve(request.path());
      HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection(Proxy.NO_PROXY);
      int timeout = (int) config.store().timeout().toMillis() + SLACK_MILLIS;
      connection.setConnectTimeout(timeout);
      connection.setReadTimeout(timeout);
      connection.setRequestMethod(request.method());
      request.headers().forEach(connection::setRequestProperty);
      if (request.body() != null) {
        connection.setDoOutput(true);
        connection.getOutputStream().write(request.body().getBytes(StandardCharsets.UTF_8));
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
      return new Answer(
          status,
          set == null ? null : set.substring(0, set.indexOf(';')),
          connection.getHeaderField("Location"));
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
