package io.statekeep.store.redis;

import io.statekeep.session.EventPage;
import io.statekeep.session.SessionEvent;
import io.statekeep.session.SessionEvent.Reason;
import io.vertx.core.Future;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The streams of events, one for each partition; {@code common.lua} says what is in an entry. What
 * happened to one session is in one stream, in its order; events of several streams are told in the
 * order of their servers' clocks.
 */
final class EventStreams {
  private final RedisCommands commands;
  private final List<Keys> partitions;
  private final int most;
  private final AtomicInteger turn = new AtomicInteger();

  /**
   * @param most events to keep, more or less
   */
  EventStreams(RedisCommands commands, Layout layout, int most) {
    this.commands = commands;
    this.partitions = layout.all();
    this.most = Math.max(1, most / partitions.size());
  }

  Future<EventPage> read(@Nullable String after, int limit) {
    if (after == null) {
      return end().map(end -> new EventPage(List.of(), end.cursor(), false));
    }
    EventPlaces from = EventPlaces.of(after, partitions.size());
    EventMerge merge =
        new EventMerge(
            from == null ? EventPlaces.beginning(partitions.size()) : from, from == null, limit);
    return more(merge);
  }

  private Future<EventPage> more(EventMerge merge) {
    List<Future<Response>> pages = new ArrayList<>();
    // Of many a few each, so that a page takes little more memory than it shows.
    int wanted = partitions.size() == 1 ? merge.limit() + 1 : 8 + merge.limit() / 16;
    for (int i = 0; i < partitions.size(); i++) {
      pages.add(range(partitions.get(i), merge.places().number(i), wanted));
    }
    return Future.all(pages)
        .compose(
            read -> {
              boolean complete = merge.take(pages.stream().map(Future::result).toList(), wanted);
              return complete ? Future.succeededFuture(merge.page()) : more(merge);
            });
  }

  // With the last one that was read, if it is still there: where it should be and nothing is, the
  // stream is another one.
  private Future<Response> range(Keys keys, long from, int count) {
    return commands.read(
        keys,
        () ->
            new RedisCommand("XRANGE")
                .arg(keys.events())
                .arg(from == 0 ? "-" : EventEntry.id(from))
                .arg("+")
                .arg("COUNT")
                .arg(count));
  }

  private Future<EventPlaces> end() {
    List<Future<Response>> lasts =
        partitions.stream()
            .map(
                keys ->
                    commands.read(
                        keys,
                        () ->
                            new RedisCommand("XREVRANGE")
                                .arg(keys.events())
                                .arg("+")
                                .arg("-")
                                .arg("COUNT")
                                .arg(1)))
            .toList();
    return Future.all(lasts)
        .map(
            read -> {
              EventPlaces end = EventPlaces.beginning(partitions.size());
              for (int i = 0; i < lasts.size(); i++) {
                Response last = lasts.get(i).result();
                end.set(i, last.size() == 0 ? 0 : EventEntry.of(last.get(0)).number());
              }
              return end;
            });
  }

  /** Tells of rejections, which have no session: the partitions take turns. */
  Future<Void> append(List<SessionEvent> rejections) {
    Keys keys = partitions.get(Math.floorMod(turn.getAndIncrement(), partitions.size()));
    return commands
        .run(
            keys,
            Script.APPEND,
            List.of(keys.events()),
            command -> {
              command.arg(most);
              for (SessionEvent event : rejections) {
                command.arg(word(event.reason())).arg(event.at()).arg(event.count());
              }
              return command;
            })
        .mapEmpty();
  }

  /** A reason as the scripts write it. */
  static String word(@Nullable Reason reason) {
    return reason == null ? "" : reason.name().toLowerCase(Locale.ROOT);
  }

  /** How many events a stream keeps. */
  int most() {
    return most;
  }
}
