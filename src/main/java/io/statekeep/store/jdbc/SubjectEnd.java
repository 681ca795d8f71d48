package io.statekeep.store.jdbc;

import io.statekeep.session.SessionEvent;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionRecord;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The end of all sessions of one subject. */
record SubjectEnd(JdbcSessionStore.Rules rules, String subject, Optional<SessionKey> except) {

  /**
   * What one transaction ended.
   *
   * @param lastId where the next one goes on, or null after the last
   */
  record Round(Set<SessionKey> ended, @Nullable String lastId) {}

  Future<Round> run(SqlLink link, String lastId) {
    long now = rules.clock().millis();
    return new SubjectSessions(rules.dialect(), subject, now)
        .after(link, lastId)
        .compose(
            part -> end(link, part.sessions(), now).map(ended -> new Round(ended, part.lastId())));
  }

  private Future<Set<SessionKey>> end(SqlLink link, List<SessionRecord> sessions, long now) {
    List<SessionKey> keys =
        sessions.stream()
            .map(SessionRecord::key)
            .filter(key -> !except.equals(Optional.of(key)))
            .toList();
    return Removal.LIVE
        .run(link, rules.dialect(), keys, now)
        .compose(
            gone -> {
              List<SessionEvent> events =
                  gone.stream().map(g -> g.ended(SessionEvent.Reason.REVOKED, now)).toList();
              Set<SessionKey> ended =
                  gone.stream().map(Removal.Gone::key).collect(Collectors.toSet());
              return new EventRows(rules.dialect()).insert(link, events).map(ended);
            });
  }
}
