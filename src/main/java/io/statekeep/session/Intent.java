package io.statekeep.session;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a request wants of its session, until it is carried out. */
final class Intent {
  // Empty stands for a removal.
  private final Map<String, Optional<String>> changes = new LinkedHashMap<>();
  private final Map<String, String> defaults = new LinkedHashMap<>();
  private boolean cleared;
  private boolean flushed;
  private boolean cycled;
  private @Nullable String subject;
  private @Nullable ExpiryChange expiry;

  void put(String name, String json) {
    changes.put(name, Optional.of(json));
  }

  void putDefault(String name, String json) {
    Optional<String> change = changes.get(name);
    if (change == null) {
      defaults.putIfAbsent(name, json);
    } else if (change.isEmpty()) {
      // This request drops what the store has: there will be nothing.
      put(name, json);
    }
  }

  void remove(String name) {
    changes.put(name, Optional.empty());
    defaults.remove(name);
  }

  void clear() {
    cleared = true;
    changes.clear();
    defaults.clear();
  }

  void flush() {
    clear();
    flushed = true;
    cycled = false;
    subject = null;
    expiry = null;
  }

  void cycle() {
    cycled = true;
  }

  void login(String newSubject) {
    subject = newSubject;
  }

  void expire(ExpiryChange change) {
    expiry = change;
  }

  boolean flushed() {
    return flushed;
  }

  boolean cycled() {
    return cycled;
  }

  @Nullable String subject() {
    return subject;
  }

  @Nullable ExpiryChange expiry() {
    return expiry;
  }

  /** The attribute as the request sees it. */
  @Nullable String value(String name, @Nullable SessionRecord record) {
    Optional<String> change = changes.get(name);
    if (change != null) {
      return change.orElse(null);
    }
    String stored = cleared || record == null ? null : record.attributes().get(name);
    return stored != null ? stored : defaults.get(name);
  }

  /** The names of attributes as the request sees them. */
  Set<String> names(@Nullable SessionRecord record) {
    Set<String> names = new LinkedHashSet<>();
    if (record != null && !cleared) {
      names.addAll(record.attributes().names());
    }
    names.addAll(defaults.keySet());
    names.addAll(changes.keySet());
    names.removeIf(name -> value(name, record) == null);
    return names;
  }

  /** The changes for a session that exists. */
  SessionDelta delta() {
    SessionDelta.Builder delta = SessionDelta.builder().touch();
    if (cleared) {
      delta.clear();
    }
    defaults.forEach(delta::putDefault);
    changes.forEach(
        (name, value) ->
            value.ifPresentOrElse(json -> delta.put(name, json), () -> delta.remove(name)));
    if (expiry != null) {
      delta.expiry(expiry);
    }
    return delta.build();
  }

  /** The attributes of a session that does not exist yet. */
  Attributes attributes() {
    Attributes attributes = Attributes.NONE;
    for (String name : names(null)) {
      String json = value(name, null);
      attributes = json == null ? attributes : attributes.with(name, json);
    }
    return attributes;
  }
}
