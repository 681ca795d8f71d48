package io.statekeep.store.local;

import io.statekeep.session.CreateOutcome;
import io.statekeep.session.Creation;
import io.statekeep.session.EndReason;
import io.statekeep.session.EventPage;
import io.statekeep.session.PackedRecord;
import io.statekeep.session.Page;
import io.statekeep.session.Query;
import io.statekeep.session.Repeat;
import io.statekeep.session.Rotation;
import io.statekeep.session.SaveOutcome;
import io.statekeep.session.SessionDelta;
import io.statekeep.session.SessionEvent;
import io.statekeep.session.SessionEvent.Reason;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionPolicy;
import io.statekeep.session.SessionRecord;
import io.statekeep.session.SessionStore;
import io.statekeep.session.SessionStoreException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Sessions in the memory of this process: the fastest store, for one node whose sessions may end
 * with it.
 *
 * <p>Bounded: at the limit a new session or a growing one is refused as unavailable; a live session
 * is never evicted to make room. Thread-safe.
 */
public final class LocalSessionStore implements SessionStore {
  // What a session weighs beside its attributes, and its subject beside its text, measured on a
  // 64-bit JVM with compressed references. A touch makes none of it more.
  private static final long OVERHEAD_BYTES = 200;
  private static final long SUBJECT_BYTES = 210;

  private final Vertx vertx;
  private final SessionPolicy policy;
  private final InstantSource clock;
  private final Capacity capacity;
  // A record is replaced only inside compute on its key: that is what makes each verb one step.
  private final ConcurrentHashMap<SessionKey, Entry> entries = new ConcurrentHashMap<>();
  private final SubjectIndex subjects = new SubjectIndex();
  private final ExpiryWheel wheel;
  private final EventRing events;
  private final Remembered remembered;
  private final AtomicLong sessions = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  // Held by verbs that touch several keys, so that a rotation cannot slip past the end of all a
  // subject's sessions, nor two sessions into the last room that a subject has.
  private final Object manyKeys = new Object();

  /**
   * How much fits.
   *
   * @param sessions live sessions, at most
   * @param bytes heap for them and for remembered creations, at most, by an estimate
   * @param events kept, at most; older ones make room for new ones
   */
  public record Capacity(int sessions, long bytes, int events) {
    /** Room for so much, and for ten thousand events. */
    public Capacity(int sessions, long bytes) {
      this(sessions, bytes, 10_000);
    }
  }

  /** A store for one process; frees expired sessions only when {@link #purgeExpired} is called. */
  public LocalSessionStore(
      Vertx vertx, SessionPolicy policy, InstantSource clock, Capacity capacity) {
    this.vertx = vertx;
    this.policy = policy;
    this.clock = clock;
    this.capacity = capacity;
    this.wheel = new ExpiryWheel(clock.millis());
    this.events = new EventRing(capacity.events(), clock.millis());
    this.remembered = new Remembered(clock.millis());
  }

  @Override
  public Future<Optional<SessionRecord>> load(SessionKey key) {
    return Future.succeededFuture(Optional.ofNullable(find(key)));
  }

  private @Nullable SessionRecord find(SessionKey key) {
    PackedRecord packed = findPacked(key);
    return packed == null ? null : packed.record();
  }

  private @Nullable PackedRecord findPacked(SessionKey key) {
    Entry entry = entries.get(key);
    if (entry == null) {
      return null;
    }
    long now = clock.millis();
    PackedRecord packed = entry.session(now).packed;
    return packed != null && packed.isLive(now) ? packed : null;
  }

  @Override
  public Future<CreateOutcome> create(Creation creation) {
    if (creation.repeat() != null || policy.limits(creation.record().subject())) {
      synchronized (manyKeys) {
        return createAlone(creation.record(), creation.repeat());
      }
    }
    CreateOutcome outcome = insert(creation.record());
    return outcome == null ? full() : Future.succeededFuture(outcome);
  }

  private Future<CreateOutcome> createAlone(SessionRecord record, @Nullable Repeat repeat) {
    CreateOutcome known = repeat == null ? null : remembered.find(repeat, clock.millis());
    if (known != null) {
      return Future.succeededFuture(known);
    }
    List<SessionRecord> leaving = room(record.subject());
    if (leaving == null) {
      return Future.succeededFuture(CreateOutcome.AT_LIMIT);
    }
    long weight = repeat == null ? 0 : Remembered.weight(repeat);
    if (!take(bytes, weight, capacity.bytes())) {
      return full();
    }
    CreateOutcome outcome = insert(record);
    if (outcome != CreateOutcome.CREATED) {
      bytes.addAndGet(-weight);
      return outcome == null ? full() : Future.succeededFuture(outcome);
    }
    if (repeat != null) {
      bytes.addAndGet(-remembered.add(repeat, record.key()));
    }
    return Future.succeededFuture(new CreateOutcome.Created(end(leaving)));
  }

  /** Null if there is no room. */
  private @Nullable CreateOutcome insert(SessionRecord record) {
    PackedRecord packed = PackedRecord.of(record);
    if (!reserve(packed)) {
      return null;
    }
    Live entry = new Live(packed);
    boolean[] created = new boolean[1];
    entries.computeIfAbsent(
        packed.key(),
        key -> {
          created[0] = true;
          // Before the session is visible: what is in the map must be in the index.
          subjects.add(record.subject(), key);
          events.add(SessionEvent.created(record, clock.millis()));
          return entry;
        });
    if (created[0]) {
      wheel.schedule(entry);
      return CreateOutcome.CREATED;
    }
    release(packed);
    return CreateOutcome.TAKEN;
  }

  /** The sessions that a new one of this subject ends; null if it may not begin. */
  private @Nullable List<SessionRecord> room(@Nullable String subject) {
    return subject == null || !policy.limits(subject)
        ? List.of()
        : policy.roomAmong(
            subjects.keys(subject).stream().map(this::find).flatMap(Stream::ofNullable).toList());
  }

  private Set<SessionKey> end(List<SessionRecord> leaving) {
    return leaving.stream()
        .map(SessionRecord::key)
        .filter(key -> remove(key, Long.MAX_VALUE, Reason.REVOKED))
        .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public Future<SaveOutcome> save(SessionKey key, SessionDelta delta) {
    long now = clock.millis();
    Change change = new Change();
    entries.computeIfPresent(
        key,
        (k, entry) -> {
          PackedRecord before = entry.packed;
          if (entry instanceof Live && before != null) {
            change.by(before, delta.applyTo(before.record(), policy, now));
            if (change.after != null) {
              entry.packed = change.after;
            }
          }
          return entry;
        });
    return finish(change, key);
  }

  private Future<SaveOutcome> finish(Change change, SessionKey key) {
    if (change.refused) {
      return full();
    }
    if (change.before == null || change.after == null) {
      return Future.succeededFuture(change.outcome);
    }
    boolean sooner = change.after.expiresAt() < change.before.expiresAt();
    Entry entry = sooner ? entries.get(key) : null;
    if (entry != null) {
      wheel.schedule(entry);
    }
    return Future.succeededFuture(change.outcome);
  }

  @Override
  public Future<SaveOutcome> rotate(Rotation rotation, SessionDelta delta) {
    synchronized (manyKeys) {
      return rotateAlone(rotation, delta);
    }
  }

  private Future<SaveOutcome> rotateAlone(Rotation rotation, SessionDelta delta) {
    long now = clock.millis();
    if (entries.containsKey(rotation.to())) {
      return Future.succeededFuture(SaveOutcome.CONFLICT);
    }
    List<SessionRecord> leaving = room(rotation.subject());
    Change change = new Change();
    Live[] moved = new Live[1];
    Entry left =
        entries.computeIfPresent(
            rotation.from(),
            (key, entry) -> {
              PackedRecord packed = entry.packed;
              if (!(entry instanceof Live live) || packed == null) {
                return entry;
              }
              SessionRecord before = packed.record();
              boolean refused = leaving == null && rotation.changesSubject(before.subject());
              SaveOutcome outcome = delta.applyTo(before, rotation, policy, now);
              boolean saved = outcome instanceof SaveOutcome.Saved;
              change.by(packed, saved && refused ? SaveOutcome.AT_LIMIT : outcome);
              if (change.after == null) {
                return entry;
              }
              moved[0] = live;
              live.packed = change.after;
              // Whoever reads by the old key within the grace follows the entry, wherever it moves.
              return rotation.graceMillis() == 0
                  ? null
                  : new Alias(key, live, now + rotation.graceMillis());
            });
    if (moved[0] != null
        && change.before != null
        && change.after != null
        && change.outcome instanceof SaveOutcome.Saved saved) {
      subjects.add(change.after.subject(), change.after.key());
      events.add(SessionEvent.rotated(saved.record(), now));
      entries.put(change.after.key(), moved[0]);
      subjects.remove(change.before.subject(), rotation.from());
      wheel.schedule(moved[0]);
      if (left != null) {
        wheel.schedule(left);
      }
      if (leaving != null && rotation.changesSubject(change.before.subject())) {
        change.outcome = new SaveOutcome.Saved(saved.record(), true, end(leaving));
      }
    }
    return finish(change, rotation.to());
  }

  @Override
  public Future<Boolean> delete(SessionKey key, EndReason reason) {
    return Future.succeededFuture(remove(key, Long.MAX_VALUE, reason.asReason()));
  }

  /**
   * Removes the session if its deadline is not after the given time; answers whether it was live.
   *
   * @param reason why it ends if it was
   */
  private boolean remove(SessionKey key, long onlyExpiredAt, Reason reason) {
    long now = clock.millis();
    Entry[] removed = new Entry[1];
    entries.computeIfPresent(
        key,
        (k, entry) -> {
          if (entry.deadlineMillis() > onlyExpiredAt) {
            // A save moved its deadline after the wheel had handed it out.
            wheel.schedule(entry);
            return entry;
          }
          removed[0] = entry;
          PackedRecord last = entry.packed;
          if (last != null) {
            Reason why = last.isLive(now) ? reason : Reason.EXPIRED;
            events.add(SessionEvent.ended(key, last.subject(), why, now));
          }
          return null;
        });
    if (removed[0] == null) {
      return false;
    }
    wheel.cancel(removed[0]);
    if (!(removed[0] instanceof Live live)) {
      return false;
    }
    PackedRecord last = live.end();
    if (last == null) {
      return false;
    }
    subjects.remove(last.subject(), key);
    release(last);
    return last.isLive(now);
  }

  @Override
  public Future<Page> list(Query query) {
    String subject = query.subject();
    if (subject == null) {
      // A pass over all sessions is too long for an event loop.
      return vertx.executeBlocking(
          () ->
              Listing.page(
                  query, entries.values().stream().map(entry -> entry.packed), clock.millis()),
          false);
    }
    synchronized (manyKeys) {
      return Future.succeededFuture(
          Listing.page(
              query, subjects.keys(subject).stream().map(this::findPacked), clock.millis()));
    }
  }

  @Override
  public Future<Set<SessionKey>> deleteBySubject(String subject, Optional<SessionKey> except) {
    synchronized (manyKeys) {
      Set<SessionKey> keys = subjects.keys(subject);
      except.ifPresent(keys::remove);
      keys.removeIf(key -> !remove(key, Long.MAX_VALUE, Reason.REVOKED));
      return Future.succeededFuture(keys);
    }
  }

  @Override
  public Future<Integer> purgeExpired(int limit) {
    long now = clock.millis();
    int expired = wheel.poll(now, limit, node -> ((Entry) node).purge(this, now));
    int forgotten = remembered.purge(now, limit, weight -> bytes.addAndGet(-weight));
    return Future.succeededFuture(Math.max(expired, forgotten));
  }

  @Override
  public Future<EventPage> events(@Nullable String after, int limit) {
    return Future.succeededFuture(events.page(after, limit));
  }

  @Override
  public Future<Void> append(List<SessionEvent> rejections) {
    rejections.forEach(events::add);
    return Future.succeededFuture();
  }

  @Override
  public Future<Void> ping() {
    return Future.succeededFuture();
  }

  @Override
  public Future<Void> close() {
    entries.clear();
    remembered.clear();
    return Future.succeededFuture();
  }

  /** Sessions held now, expired ones that no purge has freed included. */
  public int size() {
    return (int) sessions.get();
  }

  private boolean reserve(PackedRecord record) {
    if (!take(sessions, 1, capacity.sessions())) {
      return false;
    }
    if (take(bytes, weight(record), capacity.bytes())) {
      return true;
    }
    sessions.decrementAndGet();
    return false;
  }

  private void release(PackedRecord record) {
    sessions.decrementAndGet();
    bytes.addAndGet(-weight(record));
  }

  // One step: of two sessions that grow at once, only one may take the last room.
  private static boolean take(AtomicLong used, long amount, long limit) {
    long before = used.getAndUpdate(now -> fits(now, amount, limit) ? now + amount : now);
    return fits(before, amount, limit);
  }

  private static boolean fits(long used, long amount, long limit) {
    return amount <= 0 || used + amount <= limit;
  }

  private static long weight(PackedRecord record) {
    String subject = record.subject();
    return OVERHEAD_BYTES
        + record.attributeBytes()
        + (subject == null ? 0 : SUBJECT_BYTES + 2L * subject.length());
  }

  private static <T> Future<T> full() {
    return Future.failedFuture(SessionStoreException.refusal("the local store is full", null));
  }

  /** What a save or rotation did to one record. */
  private final class Change {
    SaveOutcome outcome = SaveOutcome.GONE;
    @Nullable PackedRecord before;
    @Nullable PackedRecord after;
    boolean refused;

    void by(PackedRecord record, SaveOutcome result) {
      before = record;
      outcome = result;
      if (result instanceof SaveOutcome.Saved saved) {
        PackedRecord packed = saved.written() ? record.next(saved.record()) : record;
        refused = !take(bytes, weight(packed) - weight(record), capacity.bytes());
        after = refused ? null : packed;
      }
    }
  }

  /** What the map holds under a key. */
  private abstract static class Entry extends ExpiryWheel.Node {
    volatile @Nullable PackedRecord packed;

    /** The entry of the session that a reader of this key reads. */
    abstract Entry session(long now);

    abstract void purge(LocalSessionStore store, long now);
  }

  /** A session. */
  private static final class Live extends Entry {
    Live(PackedRecord packed) {
      this.packed = packed;
    }

    @Override
    long deadlineMillis() {
      PackedRecord current = packed;
      return current == null ? 0 : current.expiresAt();
    }

    @Override
    Live session(long now) {
      return this;
    }

    /** Hides the session from aliases that still point here. */
    @Nullable PackedRecord end() {
      PackedRecord last = packed;
      packed = null;
      return last;
    }

    @Override
    void purge(LocalSessionStore store, long now) {
      PackedRecord current = packed;
      if (current != null) {
        store.remove(current.key(), now, Reason.EXPIRED);
      }
    }
  }

  /** An old key within its grace: reads the session that left it, writes nothing. */
  private static final class Alias extends Entry {
    private final SessionKey key;
    private final Live target;
    private final long until;

    Alias(SessionKey key, Live target, long until) {
      this.key = key;
      this.target = target;
      this.until = until;
    }

    @Override
    long deadlineMillis() {
      return until;
    }

    @Override
    Entry session(long now) {
      return now < until ? target : this;
    }

    @Override
    void purge(LocalSessionStore store, long now) {
      store.entries.remove(key, this);
    }
  }
}
