package io.statekeep.store.redis;

import io.vertx.core.Future;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Makes the indexes say what the sessions say: puts every session in, takes out what is none. For
 * use while others write: each step is bounded and atomic.
 */
final class IndexRebuild {
  private static final int KEYS_OF_ONE_CALL = 500;
  private static final String BEGINNING = "0";

  private final RedisCommands commands;
  private final Layout layout;

  IndexRebuild(RedisCommands commands, Layout layout) {
    this.commands = commands;
    this.layout = layout;
  }

  /** Answers how many sessions are in the indexes. */
  Future<Integer> run() {
    Future<Integer> all = Future.succeededFuture(0);
    for (Keys keys : layout.all()) {
      all = all.compose(before -> run(keys).map(indexed -> before + indexed));
    }
    return all;
  }

  private Future<Integer> run(Keys keys) {
    List<String> everybodys = List.of(keys.sessions(), "0", "");
    return eachKey(keys, keys.sessions(), ids -> index(keys, ids))
        .compose(indexed -> trim(keys, keys.byCreation(), everybodys).map(indexed))
        .compose(
            indexed ->
                eachKey(keys, keys.subjects(), subjects -> trimSubjects(keys, subjects))
                    .map(indexed));
  }

  private Future<Integer> index(Keys keys, List<String> ids) {
    return commands
        .run(
            keys,
            Script.INDEX,
            List.of(keys.byCreation(), keys.byExpiry()),
            command -> add(command.arg(keys.sessions()).arg(keys.subjects()), ids))
        .map(Response::toInteger);
  }

  private Future<Integer> trimSubjects(Keys keys, List<String> subjects) {
    Future<Integer> all = Future.succeededFuture(0);
    for (String subject : subjects) {
      List<String> whose = List.of(keys.sessions(), "1", subject);
      all = all.compose(before -> trim(keys, keys.subject(subject), whose));
    }
    return all;
  }

  private Future<Integer> trim(Keys keys, String index, List<String> whose) {
    return pages(
        keys,
        cursor -> new RedisCommand("ZSCAN").arg(index).arg(cursor),
        BEGINNING,
        members ->
            commands
                .run(
                    keys,
                    Script.TRIM,
                    List.of(index),
                    command -> add(add(command, whose), ids(members)))
                .map(Response::toInteger));
  }

  // A member and its score, by turns.
  private static List<String> ids(List<String> members) {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < members.size(); i += 2) {
      ids.add(members.get(i));
    }
    return ids;
  }

  private static RedisCommand add(RedisCommand command, List<String> arguments) {
    arguments.forEach(command::arg);
    return command;
  }

  /**
   * Goes through the keys that begin so, on the server that holds the partition; the work is handed
   * what comes after that.
   */
  private Future<Integer> eachKey(
      Keys keys, String start, Function<List<String>, Future<Integer>> work) {
    // What has a meaning in a pattern has none in a prefix.
    String pattern = start.replaceAll("[*?\\[\\]\\\\]", "\\\\$0") + "*";
    return pages(
        keys,
        cursor -> new RedisCommand("SCAN").arg(cursor).arg("MATCH").arg(pattern),
        BEGINNING,
        found -> work.apply(found.stream().map(key -> key.substring(start.length())).toList()));
  }

  private Future<Integer> pages(
      Keys keys,
      Function<String, RedisCommand> scan,
      String cursor,
      Function<List<String>, Future<Integer>> work) {
    return commands
        .read(keys, () -> scan.apply(cursor).arg("COUNT").arg(KEYS_OF_ONE_CALL))
        .compose(
            page -> {
              List<String> found = new ArrayList<>();
              page.get(1).forEach(item -> found.add(item.toString()));
              String next = page.get(0).toString();
              Future<Integer> done =
                  found.isEmpty() ? Future.succeededFuture(0) : work.apply(found);
              return done.compose(
                  count ->
                      next.equals(BEGINNING)
                          ? Future.succeededFuture(count)
                          : pages(keys, scan, next, work).map(rest -> count + rest));
            });
  }
}
