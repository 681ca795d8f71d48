package io.statekeep.session;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Part of a listing.
 *
 * @param sessions live ones, newest first
 * @param next where the next page begins, or null after the last
 */
public record Page(List<SessionRecord> sessions, Query.@Nullable Cursor next) {
  /** The order of listings. */
  public static int compare(SessionRecord one, SessionRecord other) {
    int byAge = Long.compare(other.lifetime().createdAt(), one.lifetime().createdAt());
    return byAge != 0 ? byAge : other.key().value().compareTo(one.key().value());
  }

  /**
   * The page of these sessions, found in order with one more than the limit to tell whether there
   * are more.
   */
  public static Page of(List<SessionRecord> found, int limit) {
    if (found.size() <= limit) {
      return new Page(List.copyOf(found), null);
    }
    List<SessionRecord> sessions = List.copyOf(found.subList(0, limit));
    return new Page(sessions, Query.Cursor.of(sessions.get(limit - 1)));
  }
}
