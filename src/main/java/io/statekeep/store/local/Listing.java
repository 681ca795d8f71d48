package io.statekeep.store.local;

import io.statekeep.session.PackedRecord;
import io.statekeep.session.Page;
import io.statekeep.session.Query;
import io.statekeep.session.SessionRecord;
import java.util.Collections;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds a page of sessions among any number: holds no more than it needs, and unpacks none that
 * cannot be on it any more.
 */
final class Listing {
  private final Query query;
  private final long now;
  // The last of the page first, and one more to tell whether there are more.
  private final Queue<SessionRecord> found =
      new PriorityQueue<>(Collections.reverseOrder(Page::compare));

  private Listing(Query query, long now) {
    this.query = query;
    this.now = now;
  }

  /**
   * @param all sessions, in any order; null for none
   */
  static Page page(Query query, Stream<@Nullable PackedRecord> all, long now) {
    Listing listing = new Listing(query, now);
    all.flatMap(Stream::ofNullable).forEach(listing::look);
    return Page.of(listing.found.stream().sorted(Page::compare).toList(), query.limit());
  }

  private void look(PackedRecord packed) {
    Query.Cursor after = query.after();
    boolean listed = after != null && packed.createdAt() > after.createdAt();
    if (!packed.isLive(now) || listed || isBehindAll(packed)) {
      return;
    }
    SessionRecord record = packed.record();
    if (after == null || after.isBefore(record)) {
      found.add(record);
      if (found.size() > query.limit() + 1) {
        found.remove();
      }
    }
  }

  private boolean isBehindAll(PackedRecord packed) {
    return found.size() > query.limit()
        && packed.createdAt() < found.element().lifetime().createdAt();
  }
}
