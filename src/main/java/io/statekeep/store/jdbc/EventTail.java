package io.statekeep.store.jdbc;

import io.statekeep.session.EventPage;
import io.statekeep.session.SessionEvent;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads events in the order of their places, which is not that in which they become visible: a
 * transaction may commit after another one that has later places. Nothing is read past a place that
 * a transaction under way may still fill.
 *
 * <p>PostgreSQL tells which transactions are under way. HSQLDB has one writer. In MariaDB a missing
 * number is waited for until what comes after it is settled.
 */
record EventTail(EventRows rows) {
  private static final EventPlace BEGINNING = new EventPlace(0, 0);
  private static final int WALK = 1000;

  private record Bounds(EventPlace floor, EventPlace end) {
    boolean hold(EventPlace place) {
      return place.compareTo(floor) >= 0 && place.compareTo(end) <= 0;
    }
  }

  /** Events as they were read, and where the next ones begin. */
  private record Found(List<SessionEvent> events, EventPlace end) {}

  /** Where events of the future begin. */
  Future<EventPage> end(SqlLink link) {
    return bounds(link)
        .compose(
            bounds ->
                rows.endIsExact()
                    ? Future.succeededFuture(bounds.end())
                    : settled(link, bounds.floor()).compose(from -> walk(link, from)))
        .map(end -> new EventPage(List.of(), end.cursor(), false));
  }

  private Future<EventPlace> settled(SqlLink link, EventPlace floor) {
    return link.execute(rows.selectSettled())
        .map(found -> found.size() == 0 ? floor : EventPlace.of(found.iterator().next(), 0));
  }

  private Future<EventPlace> walk(SqlLink link, EventPlace from) {
    return read(link, from, WALK)
        .compose(
            found ->
                found.events().isEmpty() ? Future.succeededFuture(from) : walk(link, found.end()));
  }

  /**
   * Events after this place; from the oldest one if it is not one of this store, or not any more.
   */
  Future<EventPage> after(SqlLink link, @Nullable EventPlace place, int limit) {
    EventPlace from = place == null ? BEGINNING : place;
    // The floor is read after the events: what was dropped between the two is noticed.
    return read(link, from, limit)
        .compose(
            found ->
                bounds(link)
                    .compose(
                        bounds ->
                            place != null && bounds.hold(place)
                                ? Future.succeededFuture(page(found, false))
                                : read(link, bounds.floor(), limit)
                                    .map(oldest -> page(oldest, true))));
  }

  private Future<Bounds> bounds(SqlLink link) {
    return link.execute(rows.selectBounds())
        .map(
            found -> {
              Row row = found.iterator().next();
              EventPlace floor = EventPlace.of(row, 0);
              EventPlace end = EventPlace.of(row, 2);
              return new Bounds(floor, end.compareTo(floor) < 0 ? floor : end);
            });
  }

  private Future<Found> read(SqlLink link, EventPlace after, int limit) {
    return link.execute(rows.selectAfter(), Tuple.of(after.horizon(), after.seq(), limit))
        .map(found -> upToTheFirstGap(found, after));
  }

  private static Found upToTheFirstGap(RowSet<Row> rows, EventPlace after) {
    List<SessionEvent> events = new ArrayList<>();
    EventPlace last = after;
    for (Row row : rows) {
      EventPlace place = EventPlace.of(row, 0);
      if (!EventRows.isSettled(row) && !place.isNextTo(last)) {
        break;
      }
      events.add(EventRows.event(row));
      last = place;
    }
    return new Found(events, last);
  }

  private static EventPage page(Found found, boolean gap) {
    return new EventPage(found.events(), found.end().cursor(), gap);
  }
}
