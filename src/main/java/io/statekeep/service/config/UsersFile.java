package io.statekeep.service.config;

import com.password4j.Argon2Function;
import com.password4j.BcryptFunction;
import com.password4j.HashingFunction;
import com.password4j.Password;
import io.statekeep.session.Subjects;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who may log in: one {@code name:hash} on a line, bcrypt ({@code $2a$}, {@code $2b$}, {@code
 * $2y$}) or Argon2id in PHC form; empty lines and lines that begin with {@code #} are skipped.
 * Immutable.
 */
public final class UsersFile {
  private static final Pattern BCRYPT =
      Pattern.compile("\\$2[aby]\\$(0[4-9]|1\\d|2[0-4])\\$[./A-Za-z0-9]{53}");
  private static final Pattern ARGON2ID =
      Pattern.compile(
          "\\$argon2id\\$v=19\\$m=(\\d{1,7}),t=(\\d{1,3}),p=(\\d{1,2})"
              + "\\$([A-Za-z0-9+/]{11,})\\$([A-Za-z0-9+/]{16,})");
  // Kibibytes that Argon2 fills in the time of one round of bcrypt.
  private static final long KIBIBYTES_A_ROUND = 32;

  private final Map<String, Entry> entries;
  private final Entry dearest;

  /** One user's line. */
  public static final class Entry {
    private final String hash;
    private final HashingFunction function;
    // What a check costs, in kibibytes that Argon2 fills.
    private final long cost;

    private Entry(String hash, HashingFunction function, long cost) {
      this.hash = hash;
      this.function = function;
      this.cost = cost;
    }

    /** Whether this is the password. Takes as long as the hash wants. */
    public boolean matches(String password) {
      return Password.check(password, hash).with(function);
    }
  }

  private UsersFile(Map<String, Entry> entries) {
    this.entries = Map.copyOf(entries);
    this.dearest =
        entries.values().stream().max(Comparator.comparingLong(entry -> entry.cost)).orElseThrow();
  }

  /**
   * Reads the file. Blocking.
   *
   * @throws IllegalArgumentException if it cannot be read, or naming every line that is wrong
   */
  public static UsersFile read(Path file) {
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
      throw new IllegalArgumentException(String.join("; ", problems));
    }
    return new UsersFile(entries);
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot be read", e);
    }
  }

  private static String add(String line, Map<String, Entry> entries) {
    int colon = line.indexOf(':');
    String name = colon < 0 ? "" : line.substring(0, colon).strip();
    if (!Subjects.isValid(name)) {
      return "has no name of 1..255 characters before a colon";
    }
    Entry entry = entry(line.substring(colon + 1).strip());
    if (entry == null) {
      return "has neither a bcrypt nor an Argon2id hash";
    }
    return entries.put(name, entry) == null ? "" : "names a user again";
  }

  private static @Nullable Entry entry(String hash) {
    Matcher bcrypt = BCRYPT.matcher(hash);
    if (bcrypt.matches()) {
      long rounds = 1L << Integer.parseInt(bcrypt.group(1));
      return new Entry(hash, BcryptFunction.getInstanceFromHash(hash), rounds * KIBIBYTES_A_ROUND);
    }
    Matcher argon2 = ARGON2ID.matcher(hash);
    return argon2.matches() ? argon2(hash, argon2) : null;
  }

  // RFC 9106 section 3.1. A hash that is not sound would fail at a login, or match no password.
  private static @Nullable Entry argon2(String hash, MatchResult parts) {
    int memory = Integer.parseInt(parts.group(1));
    int passes = Integer.parseInt(parts.group(2));
    int lanes = Integer.parseInt(parts.group(3));
    boolean sound =
        lanes >= 1
            && passes >= 1
            && memory >= 8 * lanes
            && isBase64(parts.group(4))
            && isBase64(parts.group(5));
    return sound
        ? new Entry(hash, Argon2Function.getInstanceFromHash(hash), (long) memory * passes)
        : null;
  }

  private static boolean isBase64(String text) {
    return text.length() % 4 != 1;
  }

  /** The user of that name, or null. */
  public @Nullable Entry user(String name) {
    return entries.get(name);
  }

  /** The one whose check takes the longest. */
  public Entry dearest() {
    return dearest;
  }

  @Override
  public String toString() {
    return "UsersFile[" + entries.size() + " users]";
  }
}
