package io.statekeep.store.redis;

import io.statekeep.session.Page;
import io.statekeep.session.Query;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionRecord;
import io.vertx.core.Future;
import io.vertx.redis.client.Response;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Lists sessions, newest first: of each partition a few at a time, so that a page of all takes
 * little more memory than it shows.
 */
final class Listing {
  /** How many ids one script looks at. */
  static final int IDS_OF_ONE_CALL = 500;

  private final RedisCommands commands;
  private final Layout layout;
  private final InstantSource clock;

  Listing(RedisCommands commands, Layout layout, InstantSource clock) {
    this.commands = commands;
    this.layout = layout;
    this.clock = clock;
  }

  Future<Page> page(Query query) {
    List<Source> sources = layout.all().stream().map(keys -> new Source(keys, query)).toList();
    return merge(sources, query.limit(), new ArrayList<>())
        .map(found -> Page.of(found, query.limit()));
  }

  // One more than the limit tells whether there are more.
  private Future<List<SessionRecord>> merge(
      List<Source> sources, int limit, List<SessionRecord> found) {
    List<Source> waiting = sources.stream().filter(Source::needsMore).toList();
    if (!waiting.isEmpty()) {
      return Future.all(waiting.stream().map(Source::more).toList())
          .compose(read -> merge(sources, limit, found));
    }
    while (found.size() <= limit) {
      Source newest = newest(sources);
      if (newest == null) {
        break;
      }
      found.add(newest.next());
      if (newest.needsMore() && found.size() <= limit) {
        return merge(sources, limit, found);
      }
    }
    return Future.succeededFuture(found);
  }

  private static @Nullable Source newest(List<Source> sources) {
    Source newest = null;
    for (Source source : sources) {
      if (source.isBefore(newest)) {
        newest = source;
      }
    }
    return newest;
  }

  /** The sessions of one partition that are to be listed. */
  private final class Source {
    private final Keys keys;
    private final String index;
    private final int wanted;
    private final Deque<SessionRecord> read = new ArrayDeque<>();
    private Query.@Nullable Cursor after;
    private boolean ended;

    Source(Keys keys, Query query) {
      String subject = query.subject();
      this.keys = keys;
      index = subject == null ? keys.byCreation() : keys.subject(subject);
      int partitions = layout.all().size();
      wanted = partitions == 1 ? query.limit() + 1 : 2 + 2 * query.limit() / partitions;
      after = query.after();
    }

    boolean needsMore() {
      return read.isEmpty() && !ended;
    }

    boolean isBefore(@Nullable Source other) {
      SessionRecord mine = read.peek();
      SessionRecord others = other == null ? null : other.read.peek();
      return mine != null && (others == null || Page.compare(mine, others) < 0);
    }

    SessionRecord next() {
      return read.remove();
    }

    // One call looks at a bounded number of ids: where many are of ended sessions, it takes
    // several.
    Future<Void> more() {
      Query.Cursor from = after;
      return commands
          .run(
              keys,
              Script.LIST,
              List.of(index),
              command ->
                  command
                      .arg(keys.sessions())
                      .arg(clock.millis())
                      .arg(wanted)
                      .arg(IDS_OF_ONE_CALL)
                      .arg(from == null ? "" : Long.toString(from.createdAt()))
                      .arg(from == null ? "" : from.key()))
          .compose(
              answer -> {
                take(answer);
                return needsMore() ? more() : Future.succeededFuture();
              });
    }

    private void take(Response answer) {
      for (Response session : answer.get(2)) {
        SessionKey key = new SessionKey(session.get(0).toString());
        if (Records.read(key, session.get(1)) instanceof Records.Content.Session one) {
          read.add(one.record());
        }
      }
      String lastId = answer.get(1).toString();
      ended = lastId.isEmpty();
      after = ended ? null : new Query.Cursor(answer.get(0).toLong(), lastId);
    }
  }
}
