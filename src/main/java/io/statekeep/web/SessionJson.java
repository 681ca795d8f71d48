package io.statekeep.web;

import io.statekeep.session.JsonText;
import io.statekeep.session.Lifetime;
import io.statekeep.session.SessionPolicy;
import io.statekeep.session.SessionRecord;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A session as the outside sees it: instants in RFC 3339, timeouts in seconds, never its token. */
public final class SessionJson {
  private SessionJson() {}

  /** The whole session. Its attributes are put in as they are stored, without being read. */
  public static String of(SessionRecord record) {
    return whole(withoutAttributes(record), record);
  }

  /**
   * The whole session with what its owner alone may see.
   *
   * @param token as its client is to send it
   * @param setCookie the line that tells a browser so
   */
  public static String withToken(SessionRecord record, String token, String setCookie) {
    return whole(
        withoutAttributes(record).put("token", token).put("set_cookie", setCookie), record);
  }

  private static String whole(JsonObject members, SessionRecord record) {
    String json = JsonText.write(members);
    return json.substring(0, json.length() - 1)
        + ",\"attributes\":"
        + record.attributes().toJson()
        + "}";
  }

  /** The session without what it holds. */
  public static JsonObject withoutAttributes(SessionRecord record) {
    Lifetime life = record.lifetime();
    return new JsonObject()
        .put("id", record.key().value())
        .put("subject", record.subject())
        .put("created_at", instant(life.createdAt()))
        .put("last_seen_at", instant(life.lastSeenAt()))
        .put("expires_at", instant(life.idleDeadline()))
        .put("absolute_expires_at", instant(life.absoluteExpiresAt()))
        .put("idle_timeout", life.slides() ? seconds(life.idleTimeout()) : null)
        .put("version", record.version());
  }

  /** A moment in RFC 3339; null for one that never comes. */
  public static @Nullable String instant(long millis) {
    return millis == SessionPolicy.NO_LIMIT ? null : Instant.ofEpochMilli(millis).toString();
  }

  // A whole number where it is one.
  private static Number seconds(long millis) {
    return millis % 1000 == 0 ? (Number) (millis / 1000) : (Number) (millis / 1000.0);
  }
}
