package io.statekeep.store;

import io.statekeep.session.CreateOutcome;
import io.statekeep.session.Creation;
import io.statekeep.session.EndReason;
import io.statekeep.session.EventPage;
import io.statekeep.session.Page;
import io.statekeep.session.Query;
import io.statekeep.session.Rotation;
import io.statekeep.session.SaveOutcome;
import io.statekeep.session.SessionDelta;
import io.statekeep.session.SessionEvent;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionRecord;
import io.statekeep.session.SessionStore;
import io.statekeep.session.Visit;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** In front of a store, and the same to every verb. */
public abstract class ForwardingSessionStore implements SessionStore {
  private final SessionStore store;

  /** The calls of a store, but that which closes it. */
  public enum Verb {
    LOAD,
    VISIT,
    CREATE,
    SAVE,
    ROTATE,
    DELETE,
    LIST,
    DELETE_BY_SUBJECT,
    PURGE,
    EVENTS,
    APPEND,
    PING
  }

  /**
   * @param store closed with this one
   */
  protected ForwardingSessionStore(SessionStore store) {
    this.store = store;
  }

  /**
   * What happens instead of a call.
   *
   * @param call makes it
   */
  protected abstract <T> Future<T> forward(Verb verb, Supplier<Future<T>> call);

  @Override
  public Future<Optional<SessionRecord>> load(SessionKey key) {
    return forward(Verb.LOAD, () -> store.load(key));
  }

  @Override
  public Future<Visit> visit(SessionKey key) {
    return forward(Verb.VISIT, () -> store.visit(key));
  }

  @Override
  public Future<CreateOutcome> create(Creation creation) {
    return forward(Verb.CREATE, () -> store.create(creation));
  }

  @Override
  public Future<SaveOutcome> save(SessionKey key, SessionDelta delta) {
    return forward(Verb.SAVE, () -> store.save(key, delta));
  }

  @Override
  public Future<SaveOutcome> rotate(Rotation rotation, SessionDelta delta) {
    return forward(Verb.ROTATE, () -> store.rotate(rotation, delta));
  }

  @Override
  public Future<Boolean> delete(SessionKey key, EndReason reason) {
    return forward(Verb.DELETE, () -> store.delete(key, reason));
  }

  @Override
  public Future<Page> list(Query query) {
    return forward(Verb.LIST, () -> store.list(query));
  }

  @Override
  public Future<Set<SessionKey>> deleteBySubject(String subject, Optional<SessionKey> except) {
    return forward(Verb.DELETE_BY_SUBJECT, () -> store.deleteBySubject(subject, except));
  }

  @Override
  public Future<Integer> purgeExpired(int limit) {
    return forward(Verb.PURGE, () -> store.purgeExpired(limit));
  }

  @Override
  public Future<EventPage> events(@Nullable String after, int limit) {
    return forward(Verb.EVENTS, () -> store.events(after, limit));
  }

  @Override
  public Future<Void> append(List<SessionEvent> rejections) {
    return forward(Verb.APPEND, () -> store.append(rejections));
  }

  @Override
  public Future<Void> ping() {
    return forward(Verb.PING, store::ping);
  }

  @Override
  public Future<Void> close() {
    return store.close();
  }
}
