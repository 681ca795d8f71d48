package io.statekeep.store.jdbc;

import io.statekeep.session.Attributes;
import io.statekeep.session.CorruptRecordException;
import io.statekeep.session.Lifetime;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionRecord;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The table {@code statekeep_session}: one row for each session, and for a minute after a rotation
 * one that says where the session went.
 */
final class Rows {
  private static final Logger LOG = LoggerFactory.getLogger(Rows.class);

  /** How long the mark of a rotation stays, in milliseconds: no grace is longer. */
  static final long MARK_MILLIS = 60_000;

  private static final String TABLE = "statekeep_session";
  private static final String COLUMNS =
      "id, moved_to, moved_until, subject, attributes, created_at, last_seen_at, idle_timeout,"
          + " expires_at, absolute_expires_at, persistent, version";

  static final String INSERT =
      "INSERT INTO " + TABLE + " (" + COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

  // The guard by last_seen_at keeps a change that was made on an older read from undoing a touch.
  static final String UPDATE =
      "UPDATE "
          + TABLE
          + " SET attributes = ?, last_seen_at = ?, idle_timeout = ?, expires_at = ?,"
          + " persistent = ?, version = ?"
          + " WHERE id = ? AND version = ? AND last_seen_at = ? AND moved_to IS NULL"
          + " AND expires_at > ?";

  static final String MOVE =
      "UPDATE "
          + TABLE
          + " SET moved_to = ?, moved_until = ?, attributes = '{}', expires_at = ?"
          + " WHERE id = ? AND version = ? AND last_seen_at = ? AND moved_to IS NULL"
          + " AND expires_at > ?";

  static final String FIND_EXPIRED =
      "SELECT id FROM " + TABLE + " WHERE expires_at <= ? ORDER BY expires_at, id LIMIT ?";

  /** How many rows of a subject are found at once. */
  static final int SUBJECT_PAGE = 500;

  /** Marks included: they lead to sessions that a rotation is just moving. */
  static final String FIND_BY_SUBJECT =
      "SELECT "
          + COLUMNS
          + " FROM "
          + TABLE
          + " WHERE subject = ? AND expires_at > ? AND id > ? ORDER BY id LIMIT "
          + SUBJECT_PAGE;

  static final String PING = "SELECT COUNT(*) FROM " + TABLE + " WHERE id = ''";

  private static final List<Columns> INSERTED =
      List.of(
          Columns.TEXT,
          Columns.TEXT,
          Columns.BIGINT,
          Columns.TEXT,
          Columns.TEXT,
          Columns.BIGINT,
          Columns.BIGINT,
          Columns.BIGINT,
          Columns.BIGINT,
          Columns.BIGINT,
          Columns.BIGINT,
          Columns.BIGINT);

  private static final List<Columns> UPDATED =
      List.of(
          Columns.TEXT,
          Columns.BIGINT,
          Columns.BIGINT,
          Columns.BIGINT,
          Columns.BIGINT,
          Columns.BIGINT,
          Columns.TEXT,
          Columns.BIGINT,
          Columns.BIGINT,
          Columns.BIGINT);

  /** {@link #INSERT} for many rows at once. */
  private static final String INSERT_ALL = Columns.insertInto(TABLE, COLUMNS, INSERTED);

  /** {@link #UPDATE} for many rows at once; answers the ids of those that it changed. */
  private static final String UPDATE_ALL =
      "UPDATE "
          + TABLE
          + " s SET attributes = v.attributes, last_seen_at = v.seen, idle_timeout = v.idle,"
          + " expires_at = v.expires, persistent = v.kept, version = v.version FROM "
          + Columns.unnest(UPDATED)
          + " AS v(attributes, seen, idle, expires, kept, version, id, was, was_seen, now)"
          + " WHERE s.id = v.id COLLATE \"C\" AND s.version = v.was"
          + " AND s.last_seen_at = v.was_seen AND s.moved_to IS NULL AND s.expires_at > v.now"
          + " RETURNING s.id";

  private Rows() {}

  /** Inserts rows by one statement. */
  static Future<Void> insertAll(SqlLink link, List<Tuple> rows) {
    return link.execute(INSERT_ALL, Columns.of(INSERTED, rows)).mapEmpty();
  }

  /** Updates rows by one statement; answers the keys of those that were as assumed. */
  static Future<Set<SessionKey>> updateAll(SqlLink link, List<Tuple> rows) {
    return link.execute(UPDATE_ALL, Columns.of(UPDATED, rows))
        .map(
            updated -> {
              Set<SessionKey> keys = new HashSet<>();
              updated.forEach(row -> keys.add(key(row)));
              return keys;
            });
  }

  /**
   * Finds that many rows; the list is filled up to a power of two, so that few texts are prepared.
   */
  static String find(int keys, String rowLock) {
    StringBuilder sql = new StringBuilder(256);
    sql.append("SELECT ").append(COLUMNS).append(" FROM ").append(TABLE);
    sql.append(" WHERE id IN (").append(placeholders(keys)).append(')');
    // Rows are locked in one order by every node: see GroupCommit.
    return rowLock.isEmpty()
        ? sql.toString()
        : sql.append(" ORDER BY id").append(rowLock).toString();
  }

  static String placeholders(int keys) {
    return "?" + ", ?".repeat(places(keys) - 1);
  }

  static Tuple findParameters(List<SessionKey> keys) {
    List<Object> parameters = new ArrayList<>();
    keys.forEach(key -> parameters.add(key.value()));
    while (parameters.size() < places(keys.size())) {
      parameters.add(keys.get(0).value());
    }
    return Tuple.from(parameters);
  }

  private static int places(int keys) {
    return keys <= 1 ? 1 : Integer.highestOneBit(keys - 1) << 1;
  }

  static String list(boolean bySubject, boolean afterCursor) {
    return "SELECT "
        + COLUMNS
        + " FROM "
        + TABLE
        + " WHERE moved_to IS NULL AND expires_at > ?"
        + (bySubject ? " AND subject = ?" : "")
        + (afterCursor ? " AND (created_at < ? OR (created_at = ? AND id < ?))" : "")
        + " ORDER BY created_at DESC, id DESC LIMIT ?";
  }

  static Tuple insert(SessionRecord record) {
    Lifetime life = record.lifetime();
    return Tuple.from(
        new Object[] {
          record.key().value(),
          null,
          null,
          record.subject(),
          record.attributes().toJson(),
          life.createdAt(),
          life.lastSeenAt(),
          life.idleTimeout(),
          life.expiresAt(),
          life.absoluteExpiresAt(),
          life.persistent() ? 1 : 0,
          record.version()
        });
  }

  static Tuple update(SessionRecord before, SessionRecord after, long now) {
    Lifetime life = after.lifetime();
    return Tuple.from(
        new Object[] {
          after.attributes().toJson(),
          life.lastSeenAt(),
          life.idleTimeout(),
          life.expiresAt(),
          life.persistent() ? 1 : 0,
          after.version(),
          before.key().value(),
          before.version(),
          before.lifetime().lastSeenAt(),
          now
        });
  }

  static Tuple move(SessionRecord before, SessionKey to, long graceMillis, long now) {
    return Tuple.of(
        to.value(),
        now + graceMillis,
        now + MARK_MILLIS,
        before.key().value(),
        before.version(),
        before.lifetime().lastSeenAt(),
        now);
  }

  /** What a row says. */
  sealed interface Content {
    /** A session, live or expired. */
    record Session(SessionRecord record) implements Content {}

    /** Where a session went, and until when the old key reads it there. */
    record Moved(SessionKey to, long until, long expiresAt) implements Content {}
  }

  static SessionKey key(Row row) {
    return new SessionKey(text(row, 0));
  }

  /**
   * The row's content, or null, with a line in the log, if it cannot be read: such a session counts
   * as ended.
   */
  static @Nullable Content readable(Row row) {
    try {
      return content(row);
    } catch (CorruptRecordException | ClassCastException e) {
      LOG.warn("session.corrupt: a stored session cannot be read: {}", e.getMessage());
      return null;
    }
  }

  private static Content content(Row row) {
    String movedTo = (String) row.getValue(1);
    if (movedTo != null) {
      return new Content.Moved(new SessionKey(movedTo), number(row, 2), number(row, 8));
    }
    Lifetime life =
        new Lifetime(
            number(row, 5),
            number(row, 6),
            number(row, 7),
            number(row, 8),
            number(row, 9),
            number(row, 10) != 0);
    String subject = (String) row.getValue(3);
    Attributes attributes = Attributes.stored(text(row, 4));
    return new Content.Session(
        new SessionRecord(key(row), subject, attributes, life, number(row, 11)));
  }

  private static String text(Row row, int column) {
    return (String) row.getValue(column);
  }

  private static long number(Row row, int column) {
    @Nullable Object value = row.getValue(column);
    return value instanceof Number number ? number.longValue() : 0;
  }
}
