package bench;

import io.statekeep.session.Attributes;
import io.statekeep.session.Creation;
import io.statekeep.session.SaveOutcome;
import io.statekeep.session.SessionDelta;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionPolicy;
import io.statekeep.session.SessionRecord;
import io.statekeep.session.SessionTokens;
import io.statekeep.signing.KeyRing;
import io.statekeep.store.local.LocalSessionStore;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Tokens, deltas and the local store: what a request pays beside HTTP. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class SessionBenchmark {
  private static final int SESSIONS = 1 << 14;
  private static final SessionDelta INCREMENT = SessionDelta.increment("counter", 1);

  private final InstantSource clock = InstantSource.system();
  private final SessionKey[] keys = new SessionKey[SESSIONS];
  private Vertx vertx;
  private LocalSessionStore store;
  private SessionTokens tokens;
  private String token;
  private SessionRecord record;
  private int turn;

  @Setup
  public void fill() {
    SecureRandom random = new SecureRandom();
    tokens = new SessionTokens(KeyRing.parse(KeyRing.newKey(random)), random);
    token = tokens.issue().token().value();
    vertx = Vertx.vertx();
    store =
        new LocalSessionStore(
            vertx,
            SessionPolicy.DEFAULT,
            clock,
            new LocalSessionStore.Capacity(2 * SESSIONS, Long.MAX_VALUE));
    Attributes attributes =
        Attributes.NONE
            .with("user_id", "6666")
            .with("name", "\"itcast\"")
            .with("text", "\"" + "x".repeat(200) + "\"");
    for (int i = 0; i < SESSIONS; i++) {
      keys[i] = tokens.issue().key();
      record =
          SessionRecord.create(keys[i], SessionPolicy.DEFAULT, clock.millis())
              .withAttributes(attributes);
      store.create(Creation.of(record));
    }
  }

  @TearDown
  public void close() {
    store.close();
    vertx.close().await();
  }

  private SessionKey nextKey() {
    return keys[turn++ & (SESSIONS - 1)];
  }

  @Benchmark
  public SessionTokens.IssuedToken issueToken() {
    return tokens.issue();
  }

  @Benchmark
  public SessionTokens.VerifiedToken verifyToken() {
    return tokens.verify(token);
  }

  @Benchmark
  public SaveOutcome applyDelta() {
    return INCREMENT.applyTo(record, SessionPolicy.DEFAULT, clock.millis());
  }

  @Benchmark
  public Future<Optional<SessionRecord>> load() {
    return store.load(nextKey());
  }

  @Benchmark
  public Future<SaveOutcome> save() {
    return store.save(nextKey(), INCREMENT);
  }
}
