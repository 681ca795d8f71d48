package io.statekeep.store.local;

import io.statekeep.session.SessionKey;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The keys of each subject's sessions. Holds no subject without a session. Thread-safe. */
final class SubjectIndex {
  // The sets are read and changed inside compute only.
  private final ConcurrentHashMap<String, Set<SessionKey>> keys = new ConcurrentHashMap<>();

  void add(@Nullable String subject, SessionKey key) {
    if (subject != null) {
      keys.compute(
          subject,
          (s, set) -> {
            Set<SessionKey> grown = set == null ? new HashSet<>(2) : set;
            grown.add(key);
            return grown;
          });
    }
  }

  void remove(@Nullable String subject, SessionKey key) {
    if (subject != null) {
      keys.computeIfPresent(
          subject,
          (s, set) -> {
            set.remove(key);
            return set.isEmpty() ? null : set;
          });
    }
  }

  /** A copy. */
  Set<SessionKey> keys(String subject) {
    Set<SessionKey> copy = new HashSet<>();
    keys.computeIfPresent(
        subject,
        (s, set) -> {
          copy.addAll(set);
          return set;
        });
    return copy;
  }
}
