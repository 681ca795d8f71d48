package io.statekeep.service;

import com.password4j.Argon2Function;
import com.password4j.BcryptFunction;
import com.password4j.HashingFunction;
import com.password4j.Password;
import io.statekeep.session.Subjects;
import io.statekeep.web.Problem;
import io.statekeep.web.Users;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Users of a file with one {@code name:hash} on a line, bcrypt ({@code $2a$}, {@code $2b$}, {@code
 * $2y$}) or Argon2id in PHC form; empty lines and lines that begin with {@code #} are skipped. Read
 * once.
 */
final class FileUsers implements Users {
  private static final Pattern BCRYPT =
      Pattern.compile("\\$2[aby]\\$(0[4-9]|1\\d|2[0-4])\\$[./A-Za-z0-9]{53}");
  private static final Pattern ARGON2ID =
      Pattern.compile(
          "\\$argon2id\\$v=19\\$m=(\\d{1,7}),t=(\\d{1,3}),p=(\\d{1,2})"
              + "\\$([A-Za-z0-9+/]{11,})\\$([A-Za-z0-9+/]{16,})");
  private static final int WORKERS = 2;
  private static final int MAX_WAITING = 64;

  private final Map<String, Entry> entries;
  private final Entry nobody;
  private final WorkerExecutor workers;
  private final AtomicInteger waiting = new AtomicInteger();

  private record Entry(String hash, HashingFunction function) {
    boolean matches(String password) {
      return Password.check(password, hash).with(function);
    }
  }

  private FileUsers(Vertx vertx, Map<String, Entry> entries) {
    this.entries = entries;
    this.nobody = entries.values().iterator().next();
    this.workers = vertx.createSharedWorkerExecutor("statekeep-login", WORKERS);
  }

  /**
   * Reads the file.
   *
   * @throws StartException if it cannot be read, or naming every line that is wrong
   */
  static FileUsers read(Vertx vertx, Path file) {
    Map<String, Entry> entries = new HashMap<>();
    List<String> problems = new ArrayList<>();
    int number = 0;
    for (String line : lines(file)) {
      number++;
      if (!line.isBlank() && !line.startsWith("#")) {
        String problem = add(line, entries);
        if (!problem.isEmpty()) {
          problems.add("line " + number + " " + problem);
        }
      }
    }
    if (entries.isEmpty() && problems.isEmpty()) {
      problems.add("it has no users");
    }
    if (!problems.isEmpty()) {
      throw new StartException("users.file = " + file + ": " + String.join("; ", problems), null);
    }
    return new FileUsers(vertx, Map.copyOf(entries));
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new StartException("users.file = " + file + ": cannot be read", e);
    }
  }

  private static String add(String line, Map<String, Entry> entries) {
    int colon = line.indexOf(':');
    String name = colon < 0 ? "" : line.substring(0, colon).strip();
    if (!Subjects.isValid(name)) {
      return "has no name of 1..255 characters before a colon";
    }
    String hash = line.substring(colon + 1).strip();
    HashingFunction function = function(hash);
    if (function == null) {
      return "has neither a bcrypt nor an Argon2id hash";
    }
    return entries.put(name, new Entry(hash, function)) == null ? "" : "names a user again";
  }

  private static @Nullable HashingFunction function(String hash) {
    if (BCRYPT.matcher(hash).matches()) {
      return BcryptFunction.getInstanceFromHash(hash);
    }
    Matcher argon2 = ARGON2ID.matcher(hash);
    return argon2.matches() && isSound(argon2) ? Argon2Function.getInstanceFromHash(hash) : null;
  }

  // RFC 9106 section 3.1. A hash that is not would fail at a login, or match no password.
  private static boolean isSound(MatchResult argon2) {
    int memory = Integer.parseInt(argon2.group(1));
    int passes = Integer.parseInt(argon2.group(2));
    int lanes = Integer.parseInt(argon2.group(3));
    return lanes >= 1
        && passes >= 1
        && memory >= 8 * lanes
        && isBase64(argon2.group(4))
        && isBase64(argon2.group(5));
  }

  private static boolean isBase64(String text) {
    return text.length() % 4 != 1;
  }

  @Override
  public Future<Boolean> verify(String name, String password) {
    if (waiting.incrementAndGet() > MAX_WAITING) {
      waiting.decrementAndGet();
      return Future.failedFuture(
          Problem.retryAfter(503, "Too many logins at once.", 1).exception());
    }
    Entry known = entries.get(name);
    Entry checked = known == null ? nobody : known;
    return workers
        .executeBlocking(() -> checked.matches(password) && known != null, false)
        .onComplete(done -> waiting.decrementAndGet());
  }
}
