package io.statekeep.web.api;

import io.statekeep.session.JsonText;
import io.statekeep.session.SessionEvent;
import io.statekeep.session.SessionKey;
import io.statekeep.web.SessionJson;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.Locale;

/**
 * An event as a stream has it (HTML standard, section 9.2.6).
 *
 * @param cursor the event's id
 * @param text of the whole event
 */
record EventText(String cursor, Buffer text) {
  /** Says that events are missing which are no longer kept. */
  static final Buffer GAP = Buffer.buffer("event: events.gap\ndata: {}\n\n");

  /** Says nothing, so that nobody takes the connection for dead. */
  static final Buffer HEARTBEAT = Buffer.buffer(":\n\n");

  static EventText of(SessionEvent event) {
    SessionKey id = event.id();
    SessionEvent.Reason reason = event.reason();
    JsonObject data =
        new JsonObject()
            .put("id", id == null ? null : id.value())
            .put("subject", event.subject())
            .put("reason", reason == null ? null : lower(reason))
            .put("at", SessionJson.instant(event.at()));
    if (event.type() == SessionEvent.Type.REJECTED) {
      data.put("count", event.count());
    }
    // JSON in one line: no text of a user can begin a line of its own.
    String text =
        "id: "
            + event.cursor()
            + "\nevent: session."
            + lower(event.type())
            + "\ndata: "
            + JsonText.write(data)
            + "\n\n";
    return new EventText(event.cursor(), Buffer.buffer(text));
  }

  private static String lower(Enum<?> name) {
    return name.name().toLowerCase(Locale.ROOT);
  }
}
