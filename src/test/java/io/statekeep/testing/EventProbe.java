package io.statekeep.testing;

import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A reader of the event stream, over a connection of its own. */
public final class EventProbe implements AutoCloseable {
  private static final int MAX_MILLIS = 60_000;
  private static final int RECEIVE_BYTES = 8192;
  // A stream is never silent for so long that a read would tell.
  private static final int MAX_COMMENTS = 4;

  private final Socket socket;
  private final BufferedReader lines;
  private final List<String> head = new ArrayList<>();

  /** An event; its data are empty where there are none. */
  public record Event(String id, String name, JsonObject data) {}

  private EventProbe(Socket socket, BufferedReader lines) {
    this.socket = socket;
    this.lines = lines;
  }

  /**
   * Asks and waits for the head of the answer.
   *
   * @param lastEventId empty for none
   */
  public static EventProbe open(int port, String lastEventId) {
    try {
      Socket socket = new Socket();
      // Else a client that does not read could be sent megabytes.
      socket.setReceiveBufferSize(RECEIVE_BYTES);
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      socket.setSoTimeout(MAX_MILLIS);
      String request =
          "GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
              + ApiProbe.READ_ONLY
              + (lastEventId.isEmpty() ? "" : "\r\nLast-Event-ID: " + lastEventId)
              + "\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      EventProbe probe =
          new EventProbe(
              socket,
              new BufferedReader(
                  new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8)));
      for (String line = probe.line(); !line.isEmpty(); line = probe.line()) {
        probe.head.add(line);
      }
      return probe;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The lines before the stream. */
  public List<String> head() {
    return head;
  }

  private String line() throws IOException {
    String line = lines.readLine();
    if (line == null) {
      throw new AssertionError("the stream ended");
    }
    return line;
  }

  /** Waits for the next event. */
  public Event next() {
    try {
      String id = "";
      String name = "";
      int comments = 0;
      while (comments < MAX_COMMENTS) {
        // Of chunked coding nothing looks like a field.
        String line = line();
        if (line.startsWith("id: ")) {
          id = line.substring(4);
        } else if (line.startsWith("event: ")) {
          name = line.substring(7);
        } else if (line.startsWith("data: ")) {
          return new Event(id, name, new JsonObject(line.substring(6)));
        } else if (line.startsWith(":")) {
          comments++;
        }
      }
      throw new AssertionError("there is no event");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for the next line that keeps the connection alive. */
  public String comment() {
    try {
      String line = line();
      while (!line.startsWith(":")) {
        line = line();
      }
      return line;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits for the next event of this session. */
  public Event next(String sessionId) {
    Event event = next();
    while (!sessionId.equals(event.data().getString("id"))) {
      event = next();
    }
    return event;
  }

  /** Waits for the next event of this name. */
  public Event nextNamed(String name) {
    Event event = next();
    while (!event.name().equals(name)) {
      event = next();
    }
    return event;
  }

  /** Reads all that comes until the server closes. */
  public void awaitEnd() {
    try {
      while (lines.readLine() != null) {
        // Nothing is done with it.
      }
    } catch (IOException e) {
      // Closed, and not in good order.
    }
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
