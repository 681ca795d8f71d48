package io.statekeep.web.api;

import io.statekeep.web.Problem;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which versions a change may be made on (RFC 9110 section 13.1.1).
 *
 * @param any whether every version will do
 * @param versions else these; weak tags and those that are none of ours match nothing
 */
record IfMatch(boolean any, List<Long> versions) {
  private static final IfMatch ANY = new IfMatch(true, List.of());
  private static final Pattern TAG = Pattern.compile("(W/)?\"([\\x21\\x23-\\x7E\\x80-\\xFF]*)\"");
  private static final Pattern VERSION = Pattern.compile("[1-9]\\d{0,17}");
  private static final Pattern SEPARATOR = Pattern.compile("[ \\t]*(,[ \\t]*)*");

  /**
   * Reads a request's condition; every version if it has none.
   *
   * @throws io.statekeep.web.ProblemException of 400 if it is not a list of entity tags
   */
  static IfMatch of(RoutingContext context) {
    List<String> lines = context.request().headers().getAll(HttpHeaders.IF_MATCH);
    String list = String.join(",", lines).strip();
    return lines.isEmpty() || list.equals("*") ? ANY : new IfMatch(false, versions(list));
  }

  /** The tag of a version. */
  static String tag(long version) {
    return "\"" + version + "\"";
  }

  private static List<Long> versions(String list) {
    List<Long> versions = new ArrayList<>();
    Matcher tag = TAG.matcher(list);
    Matcher separator = SEPARATOR.matcher(list);
    int at = skip(separator, 0);
    do {
      if (!tag.region(at, list.length()).lookingAt()) {
        throw Problem.of(400, "If-Match is a list of entity tags such as \"7\", or *.").exception();
      }
      if (tag.group(1) == null && VERSION.matcher(tag.group(2)).matches()) {
        versions.add(Long.valueOf(tag.group(2)));
      }
      int end = tag.end();
      at = skip(separator, end);
      if (at < list.length() && list.substring(end, at).indexOf(',') < 0) {
        throw Problem.of(400, "If-Match has no comma between its entity tags.").exception();
      }
    } while (at < list.length());
    return versions;
  }

  private static int skip(Matcher separator, int from) {
    return separator.region(from, separator.regionEnd()).lookingAt() ? separator.end() : from;
  }
}
