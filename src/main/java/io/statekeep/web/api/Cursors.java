package io.statekeep.web.api;

import io.statekeep.session.Query;
import io.statekeep.web.Problem;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Places in a listing as clients carry them from page to page: text that means nothing to them. */
final class Cursors {
  private static final Pattern PLACE = Pattern.compile("(\\d{1,15})\\.([A-Za-z0-9_-]{43})");

  private Cursors() {}

  static @Nullable String write(Query.@Nullable Cursor cursor) {
    if (cursor == null) {
      return null;
    }
    String place = cursor.createdAt() + "." + cursor.key();
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(place.getBytes(StandardCharsets.US_ASCII));
  }

  /**
   * Reads what {@link #write} gave.
   *
   * @throws io.statekeep.web.ProblemException of 400 if it is anything else
   */
  static Query.Cursor read(String text) {
    try {
      byte[] place = Base64.getUrlDecoder().decode(text);
      Matcher parts = PLACE.matcher(new String(place, StandardCharsets.ISO_8859_1));
      if (parts.matches()) {
        return new Query.Cursor(Long.parseLong(parts.group(1)), parts.group(2));
      }
    } catch (IllegalArgumentException e) {
      // As if it had no parts.
    }
    throw Problem.of(400, "The cursor is not one that this service gave.").exception();
  }
}
