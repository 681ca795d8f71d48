package io.statekeep.session;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one request changes in a session: named attributes, never the whole. Deltas of concurrent
 * requests merge; for the same attribute the last save wins. Immutable.
 *
 * <p>Carried out in this order: clear, remove, put, put defaults, increments.
 */
public final class SessionDelta {
  /** Changes nothing; records the activity if that is due. */
  public static final SessionDelta TOUCH = builder().touch().build();

  private final boolean clear;
  private final Set<String> removals;
  private final Map<String, String> puts;
  private final Map<String, String> defaults;
  private final Map<String, Long> increments;
  private final @Nullable ExpiryChange expiry;
  private final boolean touch;
  private final @Nullable Long ifVersion;
  private final @Nullable SessionRecord seen;

  private SessionDelta(Builder builder) {
    clear = builder.clear;
    removals = builder.removals;
    puts = builder.puts;
    defaults = builder.defaults;
    increments = builder.increments;
    expiry = builder.expiry;
    touch = builder.touch;
    ifVersion = builder.ifVersion;
    seen = builder.seen;
  }

  /** Starts an empty delta. */
  public static Builder builder() {
    return new Builder();
  }

  /** Sets one attribute to a JSON text. */
  public static SessionDelta put(String name, String json) {
    return builder().put(name, json).build();
  }

  /** Adds to one attribute; an absent one counts as 0. */
  public static SessionDelta increment(String name, long by) {
    return builder().increment(name, by).build();
  }

  /** Whether all attributes that the session holds at the save are dropped first. */
  public boolean clear() {
    return clear;
  }

  /** Names to drop. */
  public Set<String> removals() {
    return removals;
  }

  /** Names with the JSON text to set. */
  public Map<String, String> puts() {
    return puts;
  }

  /** Names with the JSON text to set where the session has no such name. */
  public Map<String, String> defaults() {
    return defaults;
  }

  /** Names with what to add. */
  public Map<String, Long> increments() {
    return increments;
  }

  /** A change of the session's life. */
  public @Nullable ExpiryChange expiry() {
    return expiry;
  }

  /** Whether the save counts as activity, recorded if {@link Lifetime#touchDue} says so. */
  public boolean touch() {
    return touch;
  }

  /** The only version that this may be saved on. */
  public @Nullable Long ifVersion() {
    return ifVersion;
  }

  /** The record as last read, a hint that may spare the store a read; never trusted. */
  public @Nullable SessionRecord seen() {
    return seen;
  }

  /** Whether there is nothing to change but the recorded activity. */
  public boolean isTouchOnly() {
    return !clear
        && removals.isEmpty()
        && puts.isEmpty()
        && defaults.isEmpty()
        && increments.isEmpty()
        && expiry == null;
  }

  /** This delta with the record as last read. */
  public SessionDelta withSeen(SessionRecord record) {
    Builder copy = new Builder();
    copy.clear = clear;
    copy.removals = removals;
    copy.puts = puts;
    copy.defaults = defaults;
    copy.increments = increments;
    copy.expiry = expiry;
    copy.touch = touch;
    copy.ifVersion = ifVersion;
    copy.seen = record;
    return copy.build();
  }

  /**
   * The outcome on this record at this moment, for stores that change records in Java. The store
   * has to make the read of the record and the write of the outcome one atomic step.
   */
  public SaveOutcome applyTo(SessionRecord record, SessionPolicy policy, long now) {
    if (!record.isLive(now)) {
      return SaveOutcome.GONE;
    }
    if (ifVersion != null && ifVersion != record.version()) {
      return SaveOutcome.CONFLICT;
    }
    boolean due = touch && record.lifetime().touchDue(policy, now);
    if (isTouchOnly()) {
      return new SaveOutcome.Saved(due ? touched(record, policy, now) : record, due);
    }
    Attributes attributes = applyReplacements(record.attributes());
    for (Map.Entry<String, Long> increment : increments.entrySet()) {
      String name = increment.getKey();
      String sum = sum(attributes.get(name), increment.getValue());
      if (sum == null) {
        return new SaveOutcome.NotANumber(name);
      }
      attributes = attributes.with(name, sum);
    }
    boolean grows = !puts.isEmpty() || !defaults.isEmpty() || !increments.isEmpty();
    if (grows && !policy.allows(attributes)) {
      return SaveOutcome.TOO_LARGE;
    }
    SessionRecord changed = record.withAttributes(attributes).withNextVersion();
    changed = due ? touched(changed, policy, now) : changed;
    if (expiry != null) {
      changed = changed.withLifetime(changed.lifetime().changed(expiry, policy, now));
    }
    return new SaveOutcome.Saved(changed, true);
  }

  /** The outcome of this delta and a rotation in one. */
  public SaveOutcome applyTo(
      SessionRecord record, Rotation rotation, SessionPolicy policy, long now) {
    SaveOutcome outcome = applyTo(record, policy, now);
    if (!(outcome instanceof SaveOutcome.Saved saved)) {
      return outcome;
    }
    SessionRecord changed = isTouchOnly() ? saved.record().withNextVersion() : saved.record();
    return new SaveOutcome.Saved(rotation.applyTo(changed), true);
  }

  private static SessionRecord touched(SessionRecord record, SessionPolicy policy, long now) {
    return record.withLifetime(record.lifetime().touched(policy, now));
  }

  private Attributes applyReplacements(Attributes before) {
    Attributes attributes = clear ? Attributes.NONE : before;
    for (String name : removals) {
      attributes = attributes.without(name);
    }
    for (Map.Entry<String, String> put : puts.entrySet()) {
      attributes = attributes.with(put.getKey(), put.getValue());
    }
    for (Map.Entry<String, String> fallback : defaults.entrySet()) {
      if (attributes.get(fallback.getKey()) == null) {
        attributes = attributes.with(fallback.getKey(), fallback.getValue());
      }
    }
    return attributes;
  }

  private static @Nullable String sum(@Nullable String json, long by) {
    try {
      return Long.toString(Math.addExact(json == null ? 0 : Long.parseLong(json), by));
    } catch (NumberFormatException | ArithmeticException e) {
      return null;
    }
  }

  /** Collects a delta that does what these calls would do one after another. Not thread-safe. */
  public static final class Builder {
    private boolean clear;
    private Set<String> removals = Set.of();
    private Map<String, String> puts = Map.of();
    private Map<String, String> defaults = Map.of();
    private Map<String, Long> increments = Map.of();
    private @Nullable ExpiryChange expiry;
    private boolean touch;
    private @Nullable Long ifVersion;
    private @Nullable SessionRecord seen;

    private Builder() {}

    /** Sets an attribute to a JSON text. */
    public Builder put(String name, String json) {
      puts = with(puts, name, json);
      increments = without(increments, name);
      removals = without(removals, name);
      return this;
    }

    /** Sets an attribute to a JSON text if the session has none of that name. */
    public Builder putDefault(String name, String json) {
      // What was added to, or has a default, is there by now.
      if (!increments.containsKey(name) && !defaults.containsKey(name)) {
        defaults = with(defaults, name, json);
      }
      return this;
    }

    /** Drops an attribute. */
    public Builder remove(String name) {
      puts = without(puts, name);
      defaults = without(defaults, name);
      increments = without(increments, name);
      removals = removals.isEmpty() ? new LinkedHashSet<>() : removals;
      removals.add(name);
      return this;
    }

    /** Drops all attributes, and what this delta had set before. */
    public Builder clear() {
      clear = true;
      puts = Map.of();
      defaults = Map.of();
      increments = Map.of();
      removals = Set.of();
      return this;
    }

    /**
     * Adds to an attribute; an absent one counts as 0.
     *
     * @throws ArithmeticException if all that is added to it leaves 64 bits
     */
    public Builder increment(String name, long by) {
      increments = with(increments, name, Math.addExact(increments.getOrDefault(name, 0L), by));
      return this;
    }

    /** Changes the session's life. */
    public Builder expiry(ExpiryChange change) {
      expiry = change;
      return this;
    }

    /** Counts as activity. */
    public Builder touch() {
      touch = true;
      return this;
    }

    /** Saves on this version only. */
    public Builder ifVersion(long version) {
      ifVersion = version;
      return this;
    }

    /** The delta. The builder is not to be used again. */
    public SessionDelta build() {
      return new SessionDelta(this);
    }

    private static <V> Map<String, V> with(Map<String, V> map, String name, V value) {
      Map<String, V> grown = map.isEmpty() ? new LinkedHashMap<>() : map;
      grown.put(name, value);
      return grown;
    }

    private static <V> Map<String, V> without(Map<String, V> map, String name) {
      if (map.containsKey(name)) {
        map.remove(name);
      }
      return map;
    }

    private static Set<String> without(Set<String> set, String name) {
      if (set.contains(name)) {
        set.remove(name);
      }
      return set;
    }
  }
}
