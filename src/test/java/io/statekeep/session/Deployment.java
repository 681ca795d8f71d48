package io.statekeep.session;

import static io.statekeep.testing.Await.await;

import io.statekeep.signing.KeyRing;
import io.statekeep.store.local.LocalSessionStore;
import io.statekeep.testing.ManualClock;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** Sessions over a real store in memory, by a clock that moves when told. */
final class Deployment {
  static final long IDLE_SECONDS = 1800;
  static final SessionPolicy POLICY =
      new SessionPolicy(
          Duration.ofSeconds(IDLE_SECONDS).toMillis(),
          SessionPolicy.NO_LIMIT,
          Duration.ofMinutes(1).toMillis(),
          true,
          16,
          4096);

  private static final SecureRandom RANDOM = new SecureRandom();

  // Ends with the tests.
  private static final Vertx VERTX = Vertx.vertx();

  final ManualClock clock = new ManualClock();
  final LocalSessionStore store;
  final WatchedStore watched;
  private final SessionPolicy policy;
  private String keys = KeyRing.newKey(RANDOM);
  private Sessions sessions;

  Deployment() {
    this(POLICY);
  }

  Deployment(SessionPolicy policy) {
    this.policy = policy;
    this.store =
        new LocalSessionStore(
            VERTX, policy, clock, new LocalSessionStore.Capacity(1_000, 1L << 30));
    this.watched = new WatchedStore(store);
    this.sessions = sessions();
  }

  private Sessions sessions() {
    SessionTokens tokens = new SessionTokens(KeyRing.parse(keys), RANDOM);
    return new Sessions(watched.store(), tokens, policy, clock);
  }

  /** A new key signs from now on; the ones before still verify. */
  void rollKey() {
    keys = KeyRing.newKey(RANDOM) + "," + keys;
    sessions = sessions();
  }

  /** Only the key that signs verifies from now on. */
  void dropOlderKeys() {
    keys = keys.substring(0, keys.indexOf(','));
    sessions = sessions();
  }

  Sessions current() {
    return sessions;
  }

  Session open(String... cookies) {
    return sessions.open(List.of(cookies));
  }

  /** A token that verifies and that no session has. */
  String deadToken() {
    return sessions.tokens().issue().token().value();
  }

  SessionKey keyOf(String token) {
    return sessions.tokens().verify(token).key();
  }

  /** The live session of the token, straight from the store. */
  SessionRecord stored(String token) {
    return await(store.load(keyOf(token))).orElseThrow();
  }

  boolean isLive(String token) {
    return await(store.load(keyOf(token))).isPresent();
  }

  /** Moves the session as a renewal does: for a while the old token still reads. */
  String rotateWithGrace(String token, Duration grace) {
    SessionTokens.IssuedToken fresh = sessions.tokens().issueFor(keyOf(token));
    Rotation rotation = new Rotation(keyOf(token), fresh.key(), null, grace.toMillis());
    await(store.rotate(rotation, SessionDelta.TOUCH));
    return fresh.token().value();
  }

  Browser browser() {
    return new Browser();
  }

  /** A client that keeps the cookie it is given and sends it with each request. */
  final class Browser {
    private final List<String> cookie = new ArrayList<>();

    /** One request that changes its session without looking. */
    CookieChange does(Consumer<Session> changes) {
      Session session = sessions.open(cookie);
      changes.accept(session);
      return commit(session);
    }

    /** One request that needs an answer of its session. */
    <T> T asks(Function<Session, Future<T>> question) {
      Session session = sessions.open(cookie);
      T answer = await(question.apply(session));
      commit(session);
      return answer;
    }

    /** One request that reads an attribute. */
    Object reads(String name) {
      return asks(session -> session.get(name)).orElse(null);
    }

    private CookieChange commit(Session session) {
      CookieChange change = await(session.commit());
      if (change instanceof CookieChange.Keep keep) {
        cookie.clear();
        cookie.add(keep.token().value());
      } else if (change instanceof CookieChange.Clear) {
        cookie.clear();
      }
      return change;
    }

    Session opens() {
      return sessions.open(cookie);
    }

    String token() {
      return cookie.get(0);
    }

    boolean hasCookie() {
      return !cookie.isEmpty();
    }
  }
}
