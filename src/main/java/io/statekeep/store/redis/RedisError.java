package io.statekeep.store.redis;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What Redis answered in place of a result: the command was not carried out. Any other failure of a
 * command means that nobody knows, but for a {@link NotSentException}.
 */
final class RedisError extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final Pattern KIND =
      Pattern.compile(
          "\\b(OOM|READONLY|MISCONF|LOADING|BUSY|NOREPLICAS|MASTERDOWN|NOPERM|NOAUTH|WRONGPASS"
              + "|CLUSTERDOWN|MOVED|ASK|TRYAGAIN|CROSSSLOT|EXECABORT|WRONGTYPE)\\b");

  // With these a server carries out nothing; with others it may read while it does not write.
  private static final Set<String> NO_SERVICE =
      Set.of("LOADING", "BUSY", "MASTERDOWN", "CLUSTERDOWN", "NOAUTH", "WRONGPASS");

  RedisError(String text) {
    super(text, null, false, false);
  }

  String text() {
    return String.valueOf(getMessage());
  }

  /** Whether the text begins with this kind of error. */
  boolean is(String kind) {
    return text().startsWith(kind);
  }

  /** Whether the server would not carry out any other command either. */
  boolean isNoService() {
    return NO_SERVICE.contains(kind());
  }

  /**
   * What may be shown of it: the text may hold names; its kind is a word of capitals, in front or
   * after that of a script.
   */
  String kind() {
    Matcher matcher = KIND.matcher(text());
    String kind = "ERR";
    while (matcher.find()) {
      kind = matcher.group();
    }
    return kind;
  }
}
