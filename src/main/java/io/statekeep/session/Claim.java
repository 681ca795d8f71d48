package io.statekeep.session;

import io.statekeep.session.SessionTokens.VerifiedToken;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Which session a request speaks for, by the tokens it sent, as far as is known yet. */
final class Claim {
  private final Sessions sessions;
  private final List<VerifiedToken> candidates;
  private @Nullable VerifiedToken token;
  private @Nullable Future<Optional<SessionRecord>> loaded;
  private boolean touched;

  /**
   * @param candidates verified, at most two
   */
  Claim(Sessions sessions, List<VerifiedToken> candidates) {
    this.sessions = sessions;
    this.candidates = candidates;
    // One token is taken at its word until the store says otherwise; of two, the store has to
    // choose first.
    this.token = candidates.size() == 1 ? candidates.get(0) : null;
  }

  List<VerifiedToken> candidates() {
    return candidates;
  }

  /** The live session, read once. */
  Future<Optional<SessionRecord>> record() {
    if (loaded == null) {
      loaded = load();
    }
    return loaded;
  }

  private Future<Optional<SessionRecord>> load() {
    if (candidates.isEmpty()) {
      return Future.succeededFuture(Optional.empty());
    }
    if (candidates.size() == 1) {
      VerifiedToken only = candidates.get(0);
      return sessions
          .store()
          .visit(only.key())
          .map(
              visit -> {
                touched = visit.touched();
                return watched(only, visit.record());
              });
    }
    Future<Optional<SessionRecord>> one = load(candidates.get(0));
    Future<Optional<SessionRecord>> two = load(candidates.get(1));
    return Future.join(one, two).map(both -> theLivingOne(one.result(), two.result()));
  }

  private Future<Optional<SessionRecord>> load(VerifiedToken candidate) {
    return sessions.store().load(candidate.key()).map(record -> watched(candidate, record));
  }

  private Optional<SessionRecord> watched(VerifiedToken candidate, Optional<SessionRecord> record) {
    record.ifPresentOrElse(
        sessions.watch()::alive, () -> sessions.watch().missing(candidate.key()));
    return record;
  }

  private Optional<SessionRecord> theLivingOne(
      Optional<SessionRecord> one, Optional<SessionRecord> two) {
    if (one.isPresent() == two.isPresent()) {
      return Optional.empty();
    }
    token = candidates.get(one.isPresent() ? 0 : 1);
    return one.or(() -> two);
  }

  /** The token that speaks for the session, whether or not that lives; empty if there is none. */
  Future<Optional<VerifiedToken>> token() {
    return token != null || candidates.isEmpty()
        ? Future.succeededFuture(Optional.ofNullable(token))
        : record().map(record -> Optional.ofNullable(token));
  }

  /** The record as last read or saved, if there was a live one. */
  @Nullable SessionRecord seen() {
    return loaded == null || !loaded.succeeded() ? null : loaded.result().orElse(null);
  }

  /**
   * Whether the record is under the token's own key: one read within a rotation's grace is not, and
   * only for reading.
   */
  boolean ownsRecord() {
    SessionRecord seen = seen();
    return seen != null && token != null && seen.key().equals(token.key());
  }

  /** Whether the store was asked and has no live session. */
  boolean isKnownDead() {
    return loaded != null && loaded.succeeded() && loaded.result().isEmpty();
  }

  /** Whether reading the record also recorded this activity. */
  boolean touched() {
    return touched;
  }

  /** The record after a save. */
  void saved(SessionRecord record) {
    loaded = Future.succeededFuture(Optional.of(record));
  }

  /** The delta with what was read, which may spare the store a read. */
  SessionDelta informed(SessionDelta delta) {
    SessionRecord seen = seen();
    return seen == null ? delta : delta.withSeen(seen);
  }
}
