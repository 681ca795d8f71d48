package io.statekeep.store.redis;

import io.statekeep.session.CreateOutcome;
import io.statekeep.session.Creation;
import io.statekeep.session.EndReason;
import io.statekeep.session.EventPage;
import io.statekeep.session.JsonText;
import io.statekeep.session.KeyTimes;
import io.statekeep.session.OverLimit;
import io.statekeep.session.Page;
import io.statekeep.session.Query;
import io.statekeep.session.Repeat;
import io.statekeep.session.Rotation;
import io.statekeep.session.SaveOutcome;
import io.statekeep.session.SessionDelta;
import io.statekeep.session.SessionEvent;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionPolicy;
import io.statekeep.session.SessionRecord;
import io.statekeep.session.SessionStore;
import io.statekeep.session.Visit;
import io.statekeep.store.InvalidationChannel;
import io.statekeep.store.RecentRecords;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.redis.client.Response;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sessions in Redis 6.2 or later, on one server, behind Sentinel or in a cluster: one hash each, a
 * field for each attribute, one script for each verb that writes. Touches nothing outside its
 * prefix. How durable an acknowledgement is, the server's settings decide. Thread-safe.
 */
public final class RedisSessionStore implements SessionStore {
  private static final Logger LOG = LoggerFactory.getLogger(RedisSessionStore.class);
  private static final int MAX_STEPS = 8;
  private static final int IDS_OF_ONE_CALL = 500;
  private static final long MARK_MILLIS = Rotation.MAX_GRACE_MILLIS;

  private final RedisServers servers;
  private final RedisCommands commands;
  private final Layout layout;
  private final EventStreams events;
  private final Listing listing;
  private final SessionPolicy policy;
  private final InstantSource clock;
  private final long timeoutMillis;
  // Until when sessions need no touch: a hint that spares a read the script.
  private final KeyTimes touchDue = new KeyTimes(1 << 18);
  private final RecentRecords recent = new RecentRecords();

  /**
   * What the store works by.
   *
   * @param policy of sessions
   * @param clock decides what is live
   * @param prefix every key begins with it
   * @param timeoutMillis how long an answer may take before its connection is given up, in
   *     milliseconds
   * @param maxEvents kept, more or less; older ones make room for new ones
   */
  public record Rules(
      SessionPolicy policy, InstantSource clock, String prefix, long timeoutMillis, int maxEvents) {
    /** Rules that keep ten thousand events. */
    public Rules(SessionPolicy policy, InstantSource clock, String prefix, long timeoutMillis) {
      this(policy, clock, prefix, timeoutMillis, 10_000);
    }
  }

  /**
   * @throws IllegalArgumentException if a cluster is to do what none can: limit the sessions of a
   *     subject, which are on several servers, or keep a prefix with a brace
   */
  public RedisSessionStore(Vertx vertx, Rules rules, RedisAddress address) {
    boolean cluster = address.mode() == RedisAddress.Mode.CLUSTER;
    if (cluster && (rules.policy().maxPerSubject() > 0 || rules.prefix().contains("{"))) {
      throw new IllegalArgumentException("a cluster with a limit to subjects or a { in its prefix");
    }
    layout = cluster ? Layout.ofCluster(rules.prefix()) : Layout.ofOneServer(rules.prefix());
    timeoutMillis = rules.timeoutMillis();
    servers = RedisServers.at(vertx, address);
    commands = new RedisCommands(servers.router());
    events = new EventStreams(commands, layout, rules.maxEvents());
    policy = rules.policy();
    clock = rules.clock();
    listing = new Listing(commands, layout, clock);
  }

  /**
   * What changes in this store's keys, by whomever. Costs a connection to each primary, and a small
   * write to each four times in {@code maxStale}, at most once a second.
   *
   * @param maxStale how long the channel may go unheard
   */
  public InvalidationChannel invalidations(Vertx vertx, Duration maxStale) {
    return invalidations(vertx, RedisInvalidations.Rules.of(maxStale, timeoutMillis));
  }

  InvalidationChannel invalidations(Vertx vertx, RedisInvalidations.Rules rules) {
    return new RedisInvalidations(
        ((VertxInternal) vertx).createEventLoopContext(), servers, commands, layout.all(), rules);
  }

  @Override
  public Future<Optional<SessionRecord>> load(SessionKey key) {
    return read(key).compose(this::found);
  }

  private Future<Optional<SessionRecord>> found(Records.@Nullable Content content) {
    long now = clock.millis();
    if (content instanceof Records.Content.Moved moved) {
      return now < moved.until()
          ? follow(moved.to(), MAX_STEPS)
          : Future.succeededFuture(Optional.empty());
    }
    Optional<SessionRecord> record = live(content, now);
    record.ifPresent(
        live -> {
          noteTouchDue(live);
          recent.saw(live);
        });
    return Future.succeededFuture(record);
  }

  /**
   * A session that this node has lately begun or read, and whose activity is not due to be
   * recorded, is only read; any other one a script reads and touches in one.
   */
  @Override
  public Future<Visit> visit(SessionKey key) {
    if (clock.millis() < touchDue.get(key)) {
      return load(key).map(Visit::read);
    }
    Keys keys = layout.of(key);
    return commands
        .run(
            keys,
            Script.VISIT,
            List.of(keys.session(key), keys.byExpiry()),
            command -> {
              command.arg(key.value()).arg(keys.subjects());
              DeltaArguments.add(command::arg, SessionDelta.TOUCH, policy, clock.millis());
              return command;
            })
        .compose(answer -> visited(key, answer));
  }

  private Future<Visit> visited(SessionKey key, Response answer) {
    boolean touched = answer.get(0).toString().equals("written");
    return found(Records.read(key, answer.get(1))).map(record -> new Visit(record, touched));
  }

  private Future<Optional<SessionRecord>> follow(SessionKey key, int steps) {
    return read(key)
        .compose(
            content ->
                content instanceof Records.Content.Moved moved && steps > 0
                    ? follow(moved.to(), steps - 1)
                    : Future.succeededFuture(live(content, clock.millis())));
  }

  private Future<Records.@Nullable Content> read(SessionKey key) {
    Keys keys = layout.of(key);
    return commands
        .read(keys, () -> new RedisCommand("HGETALL").arg(keys.session(key)))
        .map(fields -> Records.read(key, fields, recent.get(key)))
        .recover(RedisSessionStore::unreadable);
  }

  // Under the key is something that is not a hash: no session of ours, whoever put it there.
  private static Future<Records.@Nullable Content> unreadable(Throwable failure) {
    if (failure.getCause() instanceof RedisError error && error.is("WRONGTYPE")) {
      LOG.warn("session.corrupt: a stored session cannot be read: not a hash");
      return Future.succeededFuture();
    }
    return Future.failedFuture(failure);
  }

  private static Optional<SessionRecord> live(Records.@Nullable Content content, long now) {
    return content instanceof Records.Content.Session session && session.record().isLive(now)
        ? Optional.of(session.record())
        : Optional.empty();
  }

  @Override
  public Future<CreateOutcome> create(Creation creation) {
    SessionRecord record = creation.record();
    Repeat repeat = creation.repeat();
    Keys keys = layout.of(record.key());
    List<String> names = new ArrayList<>();
    names.addAll(List.of(keys.session(record.key()), keys.byCreation(), keys.byExpiry()));
    names.add(keys.events());
    if (repeat != null) {
      names.add(keys.repeat(repeat.key()));
    }
    return commands
        .run(keys, Script.CREATE, names, command -> addCreation(command, keys, creation))
        .map(RedisSessionStore::createOutcome)
        .onSuccess(
            outcome -> {
              if (outcome instanceof CreateOutcome.Created) {
                noteTouchDue(record);
              }
            });
  }

  private void noteTouchDue(SessionRecord record) {
    touchDue.put(record.key(), record.lifetime().touchDueAt(policy));
  }

  private RedisCommand addCreation(RedisCommand command, Keys keys, Creation creation) {
    SessionRecord record = creation.record();
    Repeat repeat = creation.repeat();
    String subject = record.subject();
    command
        .arg(record.key().value())
        .arg(record.lifetime().expiresAt())
        .arg(record.lifetime().createdAt())
        .arg(clock.millis())
        .arg(events.most())
        .arg(subject == null && repeat == null ? "" : rarelyGiven(keys, subject, repeat))
        .arg("m")
        .arg(Records.numbers(record));
    if (subject != null) {
      command.arg("s").arg(subject);
    }
    record.attributes().forEach((name, value) -> command.arg(JsonText.quote(name)).arg(value));
    return command;
  }

  private String rarelyGiven(Keys keys, @Nullable String subject, @Nullable Repeat repeat) {
    return new PackedArgument()
        .add(subject == null ? "" : keys.subject(subject))
        .add(subject == null ? "" : subject)
        .add(keys.sessions())
        .add(policy.maxPerSubject())
        .add(oldestEnds())
        .add(repeat == null ? "" : repeat.fingerprint())
        .add(repeat == null ? "" : repeat.salt())
        .add(repeat == null ? 0 : repeat.until())
        .toString();
  }

  private String oldestEnds() {
    return policy.overLimit() == OverLimit.END_OLDEST ? "1" : "0";
  }

  private static CreateOutcome createOutcome(Response answer) {
    return switch (answer.get(0).toString()) {
      case "created" -> new CreateOutcome.Created(keySet(answer.get(1)));
      case "repeated" ->
          new CreateOutcome.Repeated(
              new SessionKey(answer.get(1).toString()),
              answer.get(2).toString(),
              answer.get(3).toString());
      case "limit" -> CreateOutcome.AT_LIMIT;
      default -> CreateOutcome.TAKEN;
    };
  }

  private static Set<SessionKey> keySet(Response ids) {
    Set<SessionKey> found = new HashSet<>();
    ids.forEach(id -> found.add(new SessionKey(id.toString())));
    return found;
  }

  @Override
  public Future<SaveOutcome> save(SessionKey key, SessionDelta delta) {
    long now = clock.millis();
    SessionRecord seen = delta.seen() != null ? delta.seen() : recent.get(key);
    Guess guess =
        Guess.of(seen != null && seen.key().equals(key) ? seen : null, delta, policy, now);
    Keys keys = layout.of(key);
    return commands
        .run(
            keys,
            Script.SAVE,
            List.of(keys.session(key), keys.byExpiry()),
            command -> {
              PackedArgument given = new PackedArgument().add(key.value()).add(keys.subjects());
              DeltaArguments.add(given::add, delta, policy, now);
              command.arg(given.toString());
              return guess == null ? command : guess.addTo(command);
            })
        .map(answer -> saved(key, answer, guess));
  }

  private SaveOutcome saved(SessionKey key, Response answer, @Nullable Guess guess) {
    SaveOutcome outcome =
        guess != null && answer.get(0).toString().equals("guessed")
            ? guess.outcome()
            : outcome(key, answer);
    if (outcome instanceof SaveOutcome.Saved saved) {
      recent.saw(saved.record());
    } else {
      recent.drop(key);
    }
    return outcome;
  }

  @Override
  public Future<SaveOutcome> rotate(Rotation rotation, SessionDelta delta) {
    SessionKey from = rotation.from();
    SessionKey to = rotation.to();
    Keys keys = layout.of(from);
    List<String> names =
        List.of(
            keys.session(from),
            keys.session(to),
            keys.byCreation(),
            keys.byExpiry(),
            keys.events());
    return commands
        .run(
            keys,
            Script.ROTATE,
            names,
            command -> {
              long now = clock.millis();
              String subject = rotation.subject();
              command
                  .arg(from.value())
                  .arg(to.value())
                  .arg(keys.subjects())
                  .arg(subject == null ? "0" : "1")
                  .arg(subject == null ? "" : subject)
                  .arg(now + rotation.graceMillis())
                  .arg(now + MARK_MILLIS)
                  .arg(delta.isTouchOnly() ? "1" : "0");
              command
                  .arg(events.most())
                  .arg(keys.sessions())
                  .arg(policy.maxPerSubject())
                  .arg(oldestEnds());
              DeltaArguments.add(command::arg, delta, policy, now);
              return command;
            })
        .map(answer -> outcome(to, answer));
  }

  private static SaveOutcome outcome(SessionKey key, Response answer) {
    String word = answer.get(0).toString();
    return switch (word) {
      case "written", "same" ->
          Records.read(key, answer.get(1)) instanceof Records.Content.Session session
              ? new SaveOutcome.Saved(
                  session.record(),
                  word.equals("written"),
                  answer.size() > 2 ? keySet(answer.get(2)) : Set.of())
              : SaveOutcome.GONE;
      case "limit" -> SaveOutcome.AT_LIMIT;
      case "conflict" -> SaveOutcome.CONFLICT;
      case "large" -> SaveOutcome.TOO_LARGE;
      case "number" ->
          new SaveOutcome.NotANumber((String) JsonText.decode(answer.get(1).toString()));
      default -> SaveOutcome.GONE;
    };
  }

  @Override
  public Future<Boolean> delete(SessionKey key, EndReason reason) {
    Keys keys = layout.of(key);
    return commands
        .run(
            keys,
            Script.DELETE,
            List.of(keys.session(key), keys.byCreation(), keys.byExpiry(), keys.events()),
            command ->
                command
                    .arg(key.value())
                    .arg(keys.subjects())
                    .arg(clock.millis())
                    .arg(EventStreams.word(reason.asReason()))
                    .arg(events.most()))
        .map(live -> live.toInteger() == 1);
  }

  @Override
  public Future<Page> list(Query query) {
    return listing.page(query);
  }

  @Override
  public Future<Set<SessionKey>> deleteBySubject(String subject, Optional<SessionKey> except) {
    Set<SessionKey> ended = ConcurrentHashMap.newKeySet();
    return Future.join(
            layout.all().stream().map(keys -> deleteMore(keys, subject, except, ended)).toList())
        .map(all -> ended);
  }

  // A rotation moves an id within the index of its partition, so what is left there after one call
  // is found by the next.
  private Future<Void> deleteMore(
      Keys keys, String subject, Optional<SessionKey> except, Set<SessionKey> ended) {
    return commands
        .run(
            keys,
            Script.DELETE_SUBJECT,
            List.of(keys.subject(subject), keys.byCreation(), keys.byExpiry(), keys.events()),
            command ->
                command
                    .arg(keys.sessions())
                    .arg(clock.millis())
                    .arg(IDS_OF_ONE_CALL)
                    .arg(except.map(SessionKey::value).orElse(""))
                    .arg(subject)
                    .arg(events.most()))
        .compose(
            answer -> {
              ended.addAll(keySet(answer.get(1)));
              return answer.get(0).toInteger() == 0
                  ? Future.succeededFuture()
                  : deleteMore(keys, subject, except, ended);
            });
  }

  @Override
  public Future<Integer> purgeExpired(int limit) {
    return new Purge(commands, layout, events.most(), clock.millis(), limit).run();
  }

  @Override
  public Future<EventPage> events(@Nullable String after, int limit) {
    return events.read(after, limit);
  }

  @Override
  public Future<Void> append(List<SessionEvent> rejections) {
    return rejections.isEmpty() ? Future.succeededFuture() : events.append(rejections);
  }

  /**
   * Makes the indexes say what the sessions say, for when somebody else has changed one of them.
   * Others may go on meanwhile.
   *
   * @return how many sessions there are
   */
  public Future<Integer> rebuildIndexes() {
    return new IndexRebuild(commands, layout).run();
  }

  @Override
  public Future<Void> ping() {
    return commands.readAll(() -> new RedisCommand("PING")).mapEmpty();
  }

  @Override
  public Future<Void> close() {
    return servers.close();
  }
}
