package io.statekeep.web.api;

import io.statekeep.session.EventPage;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * One client of the stream. A client that does not keep up is left behind: its connection is
 * closed, and it may come back and go on where it was. Lives on its request's context.
 */
final class EventReader {
  private static final int MAX_WAITING = 4 * EventFeed.PAGE;

  private final Vertx vertx;
  private final Context context;
  private final HttpServerResponse response;
  private final EventFeed feed;
  private final Deque<Buffer> waiting = new ArrayDeque<>();
  // What the feed tells while the past is still being told.
  private final List<EventText> held = new ArrayList<>();
  // What of the feed's has been told as the past.
  private final Set<String> told = new HashSet<>();
  private boolean live;
  private boolean ended;

  EventReader(Vertx vertx, HttpServerResponse response, EventFeed feed) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.response = response;
    this.feed = feed;
    response.closeHandler(v -> leave());
    response.exceptionHandler(failure -> leave());
  }

  /** Begins the answer. */
  void open(long heartbeatMillis) {
    response.setChunked(true);
    response.drainHandler(v -> flush());
    long timer =
        vertx.setPeriodic(
            heartbeatMillis,
            id -> {
              if (waiting.isEmpty()) {
                write(EventText.HEARTBEAT);
              }
            });
    response.endHandler(v -> vertx.cancelTimer(timer));
    response.closeHandler(
        v -> {
          vertx.cancelTimer(timer);
          leave();
        });
    // The head reaches the client at once.
    write(EventText.HEARTBEAT);
  }

  /** Goes on with what happens from now on. */
  void goLive() {
    live = true;
    held.forEach(this::tell);
    held.clear();
  }

  /** Goes on with the past, page by page, until it meets the present. */
  void goOn(EventPage page, boolean joined) {
    if (page.gap()) {
      write(EventText.GAP);
    }
    page.events().stream()
        .map(EventText::of)
        .forEach(
            event -> {
              write(event.text());
              if (joined) {
                told.add(event.cursor());
              }
            });
    if (ended) {
      return;
    }
    if (page.events().size() == EventFeed.PAGE) {
      whenWritten(() -> read(page.cursor(), joined));
    } else if (joined) {
      goLive();
    } else {
      feed.join(this)
          .onComplete(
              done ->
                  context.runOnContext(
                      v -> {
                        if (done.succeeded()) {
                          read(page.cursor(), true);
                        } else {
                          end();
                        }
                      }));
    }
  }

  private void read(String cursor, boolean joined) {
    feed.store()
        .events(cursor, EventFeed.PAGE)
        .onSuccess(page -> goOn(page, joined))
        // The client comes back with the last that it has.
        .onFailure(failure -> end());
  }

  // The past is read no faster than the client takes it.
  private void whenWritten(Runnable next) {
    if (!response.writeQueueFull() && waiting.isEmpty()) {
      next.run();
      return;
    }
    response.drainHandler(
        v -> {
          flush();
          if (waiting.isEmpty()) {
            response.drainHandler(again -> flush());
            next.run();
          }
        });
  }

  /** Takes what the feed tells. From any context. */
  void offer(boolean gap, List<EventText> events) {
    context.runOnContext(
        v -> {
          if (gap) {
            write(EventText.GAP);
          }
          if (live) {
            events.forEach(this::tell);
          } else if (held.size() + events.size() > MAX_WAITING) {
            leaveBehind();
          } else {
            held.addAll(events);
          }
        });
  }

  private void tell(EventText event) {
    if (told.isEmpty() || !told.remove(event.cursor())) {
      // Events come in order: behind the first new one there are no old ones.
      told.clear();
      write(event.text());
    }
  }

  private void write(Buffer text) {
    if (ended || response.closed() || response.ended()) {
      return;
    }
    if (waiting.isEmpty() && !response.writeQueueFull()) {
      response.write(text);
    } else if (waiting.size() < MAX_WAITING) {
      waiting.add(text);
    } else {
      leaveBehind();
    }
  }

  private void flush() {
    while (!waiting.isEmpty() && !ended && !response.writeQueueFull()) {
      response.write(waiting.remove());
    }
  }

  private void leaveBehind() {
    leave();
    // What is on its way may be stuck: then the idle timeout cuts the connection.
    response.reset();
  }

  private void leave() {
    ended = true;
    waiting.clear();
    held.clear();
    feed.leave(this);
  }

  /** Ends the stream in good order. From any context. */
  void end() {
    context.runOnContext(
        v -> {
          if (!ended) {
            leave();
            response.end();
          }
        });
  }
}
