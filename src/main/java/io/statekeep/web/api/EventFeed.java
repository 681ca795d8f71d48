package io.statekeep.web.api;

import io.statekeep.session.EventPage;
import io.statekeep.session.SessionStore;
import io.statekeep.web.Problem;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the store's events while this node has readers, once for all of them. Its state belongs
 * to one context; its methods may be called from any.
 */
public final class EventFeed {
  /** Events that are asked for at once. */
  static final int PAGE = 500;

  private static final Logger LOG = LoggerFactory.getLogger(EventFeed.class);
  private static final long POLL_MILLIS = 250;
  private static final int MAX_READERS = 1000;
  private static final int RETRY_SECONDS = 1;

  private final Vertx vertx;
  private final SessionStore store;
  private final Context context;
  private final Set<EventReader> readers = new LinkedHashSet<>();
  // Where the tail is; null while nobody reads.
  private @Nullable Future<Void> following;
  private String cursor = "";
  private boolean closed;

  public EventFeed(Vertx vertx, SessionStore store) {
    this.vertx = vertx;
    this.store = store;
    this.context = vertx.getOrCreateContext();
  }

  SessionStore store() {
    return store;
  }

  /** From the completion on, the reader is told of everything that happens. */
  Future<Void> join(EventReader reader) {
    Promise<Void> joined = Promise.promise();
    context.runOnContext(
        v -> {
          if (closed || readers.size() >= MAX_READERS) {
            joined.fail(
                Problem.retryAfter(503, "There is no room for one more reader.", RETRY_SECONDS)
                    .exception());
            return;
          }
          readers.add(reader);
          follow().onFailure(failure -> readers.remove(reader)).onComplete(joined);
        });
    return joined.future();
  }

  /** Tells the reader of nothing more. */
  void leave(EventReader reader) {
    context.runOnContext(v -> readers.remove(reader));
  }

  private Future<Void> follow() {
    Future<Void> begun = following;
    if (begun == null) {
      begun =
          store
              .events(null, 1)
              .map(
                  page -> {
                    cursor = page.cursor();
                    vertx.setTimer(POLL_MILLIS, id -> poll());
                    return null;
                  });
      following = begun;
      begun.onFailure(failure -> following = null);
    }
    return begun;
  }

  private void poll() {
    if (readers.isEmpty() || closed) {
      following = null;
      return;
    }
    store
        .events(cursor, PAGE)
        .onComplete(
            read -> {
              boolean full = read.succeeded() && read.result().events().size() == PAGE;
              if (read.succeeded()) {
                tell(read.result());
              } else {
                LOG.debug("events.late: {}", read.cause().getMessage());
              }
              if (full) {
                context.runOnContext(v -> poll());
              } else {
                vertx.setTimer(POLL_MILLIS, id -> poll());
              }
            });
  }

  private void tell(EventPage page) {
    cursor = page.cursor();
    if (page.gap() || !page.events().isEmpty()) {
      List<EventText> texts = page.events().stream().map(EventText::of).toList();
      readers.forEach(reader -> reader.offer(page.gap(), texts));
    }
  }

  /** Ends every stream, and begins no other. */
  public Future<Void> close() {
    Promise<Void> done = Promise.promise();
    context.runOnContext(
        v -> {
          closed = true;
          readers.forEach(EventReader::end);
          readers.clear();
          done.complete();
        });
    return done.future();
  }
}
