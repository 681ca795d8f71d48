package io.statekeep.session;

import java.util.List;

/**
 * Part of the events of a store.
 *
 * @param events oldest first
 * @param cursor where the next page begins; opaque, up to 768 printable ASCII characters
 * @param gap whether events after the cursor that was asked for are no longer there, or that cursor
 *     is not one of this store: the page begins with the oldest event there is
 */
public record EventPage(List<SessionEvent> events, String cursor, boolean gap) {}
