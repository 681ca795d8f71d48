package io.statekeep.store.layered;

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
import io.statekeep.store.InvalidationChannel;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A near cache in front of any store. Changes go to the store first and are never answered from
 * here; a copy is served only while {@link Coherence} allows it. Concurrent reads of one session
 * share one read of the store. Thread-safe.
 *
 * <p>Not for a store whose calls may end before the change they stand for: put deadlines in front
 * of this one, not behind.
 */
public final class LayeredSessionStore implements SessionStore {
  private final VertxInternal vertx;
  private final SessionStore store;
  private final InstantSource clock;
  private final LongSupplier nanoClock;
  private final NearCache near;
  private final boolean newestWins;
  private final @Nullable InvalidationChannel channel;
  private final ConcurrentHashMap<SessionKey, Flight> flights = new ConcurrentHashMap<>();
  private final LongAdder changesTold = new LongAdder();

  /**
   * What the near cache works by.
   *
   * @param clock decides what is live
   * @param nanoClock monotonic, for freshness
   * @param coherence what keeps copies right
   * @param maxBytes heap for copies, at most, by an estimate
   * @param newestWins whether the store ends a subject's oldest sessions for a new one
   */
  public record Rules(
      InstantSource clock,
      LongSupplier nanoClock,
      Coherence coherence,
      long maxBytes,
      boolean newestWins) {
    /** For a store where no session ends for another. */
    public Rules(InstantSource clock, LongSupplier nanoClock, Coherence coherence, long maxBytes) {
      this(clock, nanoClock, coherence, maxBytes, false);
    }
  }

  /**
   * @param store keeps the sessions; closed with this one
   */
  public LayeredSessionStore(Vertx vertx, Rules rules, SessionStore store) {
    this.vertx = (VertxInternal) vertx;
    this.store = store;
    this.clock = rules.clock();
    this.nanoClock = rules.nanoClock();
    this.newestWins = rules.newestWins();
    if (rules.coherence() instanceof Coherence.Told told) {
      HeardFreshness heard = new HeardFreshness(told.maxStale(), rules.nanoClock());
      this.near = new NearCache(rules.maxBytes(), heard, rules.nanoClock());
      this.channel = told.channel();
      told.channel().open(new Changes(heard));
    } else {
      Freshness freshness = Freshness.untold(rules.coherence(), rules.nanoClock());
      this.near = new NearCache(rules.maxBytes(), freshness, rules.nanoClock());
      this.channel = null;
    }
  }

  @Override
  public Future<Optional<SessionRecord>> load(SessionKey key) {
    return read(key, () -> store.load(key).map(Visit::read)).map(Visit::record);
  }

  @Override
  public Future<Visit> visit(SessionKey key) {
    return read(key, () -> store.visit(key));
  }

  private Future<Visit> read(SessionKey key, Supplier<Future<Visit>> read) {
    SessionRecord copy = near.get(key);
    // A copy that has expired may have been touched by another node: the store decides.
    return copy != null && copy.isLive(clock.millis())
        ? Future.succeededFuture(Visit.read(Optional.of(copy)))
        : share(key, read).recover(failure -> standIn(key, failure));
  }

  private Future<Visit> standIn(SessionKey key, Throwable failure) {
    SessionRecord copy = near.getInOutage(key);
    return copy != null && copy.isLive(clock.millis())
        ? Future.succeededFuture(Visit.read(Optional.of(copy)))
        : Future.failedFuture(failure);
  }

  // A read may be shared as long as nothing has changed here since it began: whoever asks after an
  // acknowledged change must not get an answer from before it. What others have changed meanwhile,
  // it may miss for as long as a copy may.
  private Future<Visit> share(SessionKey key, Supplier<Future<Visit>> read) {
    Promise<Visit> promise = vertx.promise();
    Flight[] started = new Flight[1];
    Flight flight =
        flights.compute(
            key,
            (k, known) -> {
              if (known != null && near.isRecent(known.startedAt)) {
                return known;
              }
              started[0] = new Flight(Promise.promise(), nanoClock.getAsLong());
              return started[0];
            });
    flight.result.future().onComplete(promise);
    if (started[0] != null) {
      fetch(key, flight, read);
    }
    return promise.future();
  }

  private void fetch(SessionKey key, Flight flight, Supplier<Future<Visit>> read) {
    NearCache.Ticket ticket = near.beginRead(key);
    read.get()
        .onComplete(
            visit -> {
              if (visit.succeeded()) {
                ticket.end(ownRecord(key, visit.result().record()));
              } else {
                ticket.abandon();
              }
              flights.remove(key, flight);
              flight.result.handle(visit);
            });
  }

  // What an old key reads within its grace belongs to another key, and ends with the grace: not for
  // keeping.
  private static @Nullable SessionRecord ownRecord(SessionKey key, Optional<SessionRecord> loaded) {
    return loaded.filter(record -> record.key().equals(key)).orElse(null);
  }

  private record Flight(Promise<Visit> result, long startedAt) {}

  @Override
  public Future<CreateOutcome> create(Creation creation) {
    SessionRecord record = creation.record();
    NearCache.Ticket ticket = near.beginWrite(record.key());
    return store
        .create(creation)
        .andThen(
            answer -> {
              CreateOutcome.Created created =
                  answer.result() instanceof CreateOutcome.Created c ? c : null;
              finish(record.key(), ticket, created == null ? null : record);
              if (created != null) {
                created.ended().forEach(this::drop);
              } else if (answer.failed()) {
                forgetEndedFor(record.subject());
              }
            });
  }

  // Nobody knows whether others had to make room.
  private void forgetEndedFor(@Nullable String subject) {
    if (newestWins && subject != null) {
      forgetAll();
    }
  }

  private void forgetAll() {
    near.clear();
    flights.clear();
  }

  @Override
  public Future<SaveOutcome> save(SessionKey key, SessionDelta delta) {
    SessionRecord copy = delta.seen() == null ? near.get(key) : null;
    SessionDelta informed = copy == null ? delta : delta.withSeen(copy);
    NearCache.Ticket ticket = near.beginWrite(key);
    return store.save(key, informed).andThen(saved -> finish(key, ticket, record(saved.result())));
  }

  @Override
  public Future<SaveOutcome> rotate(Rotation rotation, SessionDelta delta) {
    SessionRecord copy = delta.seen() == null ? near.get(rotation.from()) : null;
    SessionDelta informed = copy == null ? delta : delta.withSeen(copy);
    NearCache.Ticket leaving = near.beginWrite(rotation.from());
    NearCache.Ticket arriving = near.beginWrite(rotation.to());
    return store
        .rotate(rotation, informed)
        .andThen(
            rotated -> {
              finish(rotation.from(), leaving, null);
              finish(rotation.to(), arriving, record(rotated.result()));
              if (rotated.result() instanceof SaveOutcome.Saved saved) {
                saved.ended().forEach(this::drop);
              } else if (rotated.failed()) {
                forgetEndedFor(rotation.subject());
              }
            });
  }

  private static @Nullable SessionRecord record(@Nullable SaveOutcome outcome) {
    return outcome instanceof SaveOutcome.Saved saved ? saved.record() : null;
  }

  @Override
  public Future<Boolean> delete(SessionKey key, EndReason reason) {
    NearCache.Ticket ticket = near.beginWrite(key);
    return store.delete(key, reason).andThen(deleted -> finish(key, ticket, null));
  }

  /** Ends a write: before its caller hears of it, nobody reads here what was before. */
  private void finish(SessionKey key, NearCache.Ticket ticket, @Nullable SessionRecord result) {
    ticket.end(result);
    flights.remove(key);
  }

  @Override
  public Future<Set<SessionKey>> deleteBySubject(String subject, Optional<SessionKey> except) {
    return store
        .deleteBySubject(subject, except)
        .andThen(
            ended -> {
              if (ended.succeeded()) {
                ended.result().forEach(this::drop);
              } else {
                // Nobody knows which sessions have ended.
                forgetAll();
              }
            });
  }

  private void drop(SessionKey key) {
    near.drop(key);
    flights.remove(key);
  }

  @Override
  public Future<Page> list(Query query) {
    return store.list(query);
  }

  @Override
  public Future<Integer> purgeExpired(int limit) {
    return store.purgeExpired(limit);
  }

  @Override
  public Future<EventPage> events(@Nullable String after, int limit) {
    return store.events(after, limit);
  }

  @Override
  public Future<Void> append(List<SessionEvent> rejections) {
    return store.append(rejections);
  }

  @Override
  public Future<Void> ping() {
    return store.ping();
  }

  /** Copies held now. */
  public long size() {
    return near.size();
  }

  /** Whether copies are served now, however old they are; false while a channel is not heard. */
  public boolean isServing() {
    return near.serves();
  }

  /** Changes that the store has told of. */
  public long changesTold() {
    return changesTold.sum();
  }

  @Override
  public Future<Void> close() {
    near.clear();
    Future<Void> deaf = channel == null ? Future.succeededFuture() : channel.close();
    return deaf.transform(done -> store.close());
  }

  /** What the store tells of others, and of changes from here. */
  private final class Changes implements InvalidationChannel.Listener {
    private final HeardFreshness freshness;

    Changes(HeardFreshness freshness) {
      this.freshness = freshness;
    }

    @Override
    public void connected() {
      // What was read before may be older than what has gone untold.
      forgetAll();
      freshness.connected();
    }

    @Override
    public void changed(SessionKey key, long version) {
      changesTold.increment();
      near.dropOlder(key, version);
      flights.remove(key);
    }

    @Override
    public void allChanged() {
      forgetAll();
    }

    @Override
    public void heard(long nanos) {
      freshness.heard(nanos);
    }

    @Override
    public void lost() {
      freshness.lost();
    }
  }
}
