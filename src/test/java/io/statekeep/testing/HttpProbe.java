package io.statekeep.testing;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** A client that keeps no cookies and hides nothing, for one port of loopback. */
public final class HttpProbe {
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final int MAX_SECONDS = 60;

  private final int port;

  public HttpProbe(int port) {
    this.port = port;
  }

  public int port() {
    return port;
  }

  /** What came back. */
  public record Answer(HttpResponse<String> response) {
    public int status() {
      return response.statusCode();
    }

    public String body() {
      return response.body();
    }

    public JsonObject json() {
      return new JsonObject(body());
    }

    public Optional<String> header(String name) {
      return response.headers().firstValue(name);
    }

    public List<String> setCookies() {
      return response.headers().allValues("set-cookie");
    }

    /** The value of the session cookie that was set; empty if none was. */
    public String token() {
      return setCookies().stream()
          .filter(line -> line.startsWith("sessionid="))
          .map(line -> line.substring("sessionid=".length(), line.indexOf(';')))
          .findFirst()
          .orElse("");
    }
  }

  public Answer get(String path) {
    return send(request(path));
  }

  /** Sends the session cookie. */
  public Answer get(String path, String token) {
    return send(request(path).header("Cookie", "sessionid=" + token));
  }

  /** Sends this {@code Cookie} line. */
  public Answer getWithCookies(String path, String cookies) {
    return send(request(path).header("Cookie", cookies));
  }

  public CompletableFuture<Answer> getAsync(String path, String token) {
    return sendAsync(request(path).header("Cookie", "sessionid=" + token));
  }

  public CompletableFuture<Answer> sendAsync(HttpRequest.Builder request) {
    return CLIENT
        .sendAsync(request.build(), HttpResponse.BodyHandlers.ofString())
        .thenApply(Answer::new);
  }

  public Answer post(String path, String token, String contentType, String body) {
    HttpRequest.Builder request =
        request(path)
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .header("Content-Type", contentType);
    return send(token.isEmpty() ? request : request.header("Cookie", "sessionid=" + token));
  }

  public Answer method(String method, String path) {
    return send(request(path).method(method, HttpRequest.BodyPublishers.noBody()));
  }

  public HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
        .timeout(Duration.ofSeconds(MAX_SECONDS));
  }

  public Answer send(HttpRequest.Builder request) {
    try {
      return new Answer(CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Sends these bytes (ISO-8859-1) and answers all that comes until the server closes. */
  public String raw(String request) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(MAX_SECONDS * 1000);
      OutputStream out = socket.getOutputStream();
      out.write(request.getBytes(StandardCharsets.ISO_8859_1));
      out.flush();
      InputStream in = socket.getInputStream();
      return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
