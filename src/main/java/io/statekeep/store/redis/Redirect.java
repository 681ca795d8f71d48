package io.statekeep.store.redis;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a node of a cluster says that a command has to go.
 *
 * @param moved whether for good; else this once
 * @param host empty or a question mark for the host that says so
 * @param port of the other node
 */
record Redirect(boolean moved, String host, int port) {
  private static final Pattern TEXT = Pattern.compile("(MOVED|ASK) \\d{1,5} (\\S*):(\\d{1,5})");

  /** The redirect that an error is; null if it is another one. */
  static @Nullable Redirect of(RedisError error) {
    Matcher matcher = TEXT.matcher(error.text());
    return matcher.matches()
        ? new Redirect(
            matcher.group(1).equals("MOVED"), matcher.group(2), Integer.parseInt(matcher.group(3)))
        : null;
  }

  RedisServer from(RedisServer node) {
    return new RedisServer(
        host.isEmpty() || host.equals("?") ? node.host() : host, port, node.login());
  }
}
