package io.statekeep.session;

import org.jspecify.annotations.Nullable;

/**
 * Which sessions to list.
 *
 * @param subject whose, or null for everybody's
 * @param limit sessions on one page, 1 to {@value #MAX_LIMIT}
 * @param after the last session of the page before, or null to begin
 */
public record Query(@Nullable String subject, int limit, @Nullable Cursor after) {
  /** The most sessions on one page. */
  public static final int MAX_LIMIT = 500;

  /**
   * @throws IllegalArgumentException if the limit is out of bounds
   */
  public Query {
    if (limit < 1 || limit > MAX_LIMIT) {
      throw new IllegalArgumentException("limit is not in 1.." + MAX_LIMIT);
    }
  }

  /**
   * A place in the order of listings: newest first, then by key from high to low.
   *
   * @param createdAt of the last session listed, in milliseconds since the epoch
   * @param key of the last session listed
   */
  public record Cursor(long createdAt, String key) {
    /** The place of this session. */
    public static Cursor of(SessionRecord record) {
      return new Cursor(record.lifetime().createdAt(), record.key().value());
    }

    /** Whether the session comes after this place. */
    public boolean isBefore(SessionRecord record) {
      long created = record.lifetime().createdAt();
      return created < createdAt
          || (created == createdAt && record.key().value().compareTo(key) < 0);
    }
  }
}
