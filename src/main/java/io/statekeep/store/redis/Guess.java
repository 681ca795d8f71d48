package io.statekeep.store.redis;

import io.statekeep.session.JsonText;
import io.statekeep.session.SaveOutcome;
import io.statekeep.session.SessionDelta;
import io.statekeep.session.SessionPolicy;
import io.statekeep.session.SessionRecord;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a change does to a record as it was last read, decided here: Redis then has to compare and
 * to write, and no more. Where the record has changed since, the script decides by itself.
 *
 * @param before the record as it was read
 * @param outcome what the change makes of it
 * @param compared names of what the change sets by what it was
 * @param set names of what it sets whatever it was
 */
record Guess(
    SessionRecord before, SaveOutcome.Saved outcome, Set<String> compared, Set<String> set) {
  private static final int MAX_NAMES = 16;

  /** A guess on this record; null if there is none that the short way can carry out. */
  static @Nullable Guess of(
      @Nullable SessionRecord seen, SessionDelta delta, SessionPolicy policy, long now) {
    if (seen == null || delta.clear() || !delta.removals().isEmpty() || delta.expiry() != null) {
      return null;
    }
    Set<String> compared = union(delta.increments().keySet(), delta.defaults().keySet());
    Set<String> set = without(delta.puts().keySet(), compared);
    int names = compared.size() + set.size();
    if (names == 0 || names > MAX_NAMES) {
      return null;
    }
    // Where the life of the session changes, indexes do, too.
    return delta.applyTo(seen, policy, now) instanceof SaveOutcome.Saved saved
            && saved.record().lifetime().equals(seen.lifetime())
        ? new Guess(seen, saved, compared, set)
        : null;
  }

  // One of the two is mostly empty.
  private static Set<String> union(Set<String> one, Set<String> two) {
    if (two.isEmpty()) {
      return one;
    }
    Set<String> all = new LinkedHashSet<>(one);
    all.addAll(two);
    return all;
  }

  private static Set<String> without(Set<String> all, Set<String> those) {
    if (all.isEmpty() || those.isEmpty()) {
      return all;
    }
    Set<String> rest = new LinkedHashSet<>(all);
    rest.removeAll(those);
    return rest;
  }

  /** Adds the arguments that {@code guess.lua} takes. */
  RedisCommand addTo(RedisCommand command) {
    SessionRecord after = outcome.record();
    command.arg(Records.numbers(before)).arg(Records.numbers(after)).arg(compared.size());
    compared.forEach(name -> command.arg(JsonText.quote(name)));
    compared.forEach(name -> command.arg(value(before, name)));
    compared.forEach(name -> command.arg(JsonText.quote(name)).arg(value(after, name)));
    set.forEach(name -> command.arg(JsonText.quote(name)).arg(value(after, name)));
    return command;
  }

  private static String value(SessionRecord record, String name) {
    String value = record.attributes().get(name);
    return value == null ? "" : value;
  }
}
