package io.statekeep.store.redis;

import static io.statekeep.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.statekeep.session.Creation;
import io.statekeep.session.EventPage;
import io.statekeep.session.Query;
import io.statekeep.session.Rotation;
import io.statekeep.session.SessionDelta;
import io.statekeep.session.SessionEvent;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionPolicy;
import io.statekeep.session.SessionRecord;
import io.statekeep.testing.Keys;
import io.statekeep.testing.ManualClock;
import io.statekeep.testing.RedisShell;
import io.statekeep.testing.Servers;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How long Redis keeps events, and how its indexes are made again. */
class RedisEventsTest {
  private static final SessionPolicy POLICY = SessionPolicy.DEFAULT;

  private final ManualClock clock = new ManualClock();
  // What has a meaning in a pattern has none here.
  private final String prefix = Servers.newName() + "[a-z]*?\\:";
  private Vertx vertx;
  private RedisShell shell;
  private RedisSessionStore store;

  @BeforeEach
  void open() {
    vertx = Vertx.vertx();
    shell = new RedisShell(vertx, url());
    RedisSessionStore.Rules rules = new RedisSessionStore.Rules(POLICY, clock, prefix, 30_000, 200);
    store = new RedisSessionStore(vertx, rules, RedisAddress.standalone(url(), 30_000));
  }

  String url() {
    return Servers.redisUrl();
  }

  @AfterEach
  void close() {
    shell.close();
    await(store.close());
    await(vertx.close());
  }

  private SessionRecord created(String subject) {
    SessionRecord record =
        SessionRecord.create(Keys.next(), POLICY, clock.millis()).withSubject(subject);
    await(store.create(Creation.of(record)));
    return record;
  }

  private List<SessionKey> listed(String subject) {
    return await(store.list(new Query(subject, 100, null))).sessions().stream()
        .map(SessionRecord::key)
        .toList();
  }

  @Test
  void theStreamIsBoundedAndALateReaderIsToldSo() {
    String cursor = await(store.events(null, 1)).cursor();
    created("alice");
    EventPage page = await(store.events(cursor, 10));
    assertThat(page.gap()).isFalse();
    List<SessionEvent> many = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      many.add(SessionEvent.rejected(SessionEvent.Reason.FORGED, clock.millis(), i + 1));
    }
    await(store.append(many));
    // Redis drops whole nodes of its stream, of a hundred entries.
    assertThat(shell.run("XLEN", prefix + "events").toLong()).isBetween(200L, 300L);
    EventPage late = await(store.events(page.cursor(), 1000));
    assertThat(late.gap()).isTrue();
    assertThat(late.events()).hasSizeBetween(200, 300);
    assertThat(late.events().get(late.events().size() - 1).count()).isEqualTo(1000);
    EventPage end = await(store.events(late.cursor(), 10));
    assertThat(end.gap()).isFalse();
    assertThat(end.events()).isEmpty();
  }

  @Test
  void aReaderOfAStreamThatWasEmptiedIsToldSo() {
    created("alice");
    String cursor = await(store.events(null, 1)).cursor();
    shell.run("DEL", prefix + "events");
    assertThat(await(store.events(cursor, 10)).gap()).isTrue();
    created("bob");
    EventPage page = await(store.events(cursor, 10));
    assertThat(page.gap()).isTrue();
    assertThat(page.events()).hasSize(1);
  }

  @Test
  void aStreamThatSomebodyElseHasWrittenToIsBegunAnewAndItsReaderIsToldSo() {
    created("alice");
    String cursor = await(store.events(null, 1)).cursor();
    shell.run("XADD", prefix + "events", "*", "somebody", "else");
    SessionRecord bobs = created("bob");
    EventPage page = await(store.events(cursor, 10));
    assertThat(page.gap()).isTrue();
    assertThat(page.events()).extracting(SessionEvent::id).containsExactly(bobs.key());
    created("carol");
    assertThat(await(store.events(page.cursor(), 10)).gap()).isFalse();
  }

  @Test
  void lostIndexesAreMadeAgain() {
    SessionRecord anonymous = created(null);
    List<SessionKey> alices = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      alices.add(created("alice").key());
    }
    SessionRecord moved = created("bob");
    SessionKey to = Keys.nextFor(moved.key());
    await(store.rotate(Rotation.login(moved.key(), to, "carol"), SessionDelta.TOUCH));
    shell.run("DEL", prefix + "created");
    shell.run("DEL", prefix + "expiry");
    shell.run("DEL", prefix + "u:alice");
    assertThat(listed("alice")).isEmpty();
    assertThat(await(store.rebuildIndexes())).isEqualTo(22);
    assertThat(listed("alice")).containsExactlyInAnyOrderElementsOf(alices);
    assertThat(listed("carol")).containsExactly(to);
    assertThat(listed("bob")).isEmpty();
    assertThat(listed(null)).hasSize(22).contains(anonymous.key());
    clock.advance(Duration.ofDays(20));
    assertThat(await(store.purgeExpired(100))).isEqualTo(22);
  }

  @Test
  void whatIsInAnIndexAndIsNoSessionIsTakenOut() {
    SessionRecord alices = created("alice");
    shell.run("ZADD", prefix + "u:alice", "1", Keys.next().value());
    shell.run("ZADD", prefix + "u:bob", "1", alices.key().value());
    shell.run("ZADD", prefix + "created", "1", Keys.next().value());
    assertThat(await(store.rebuildIndexes())).isEqualTo(1);
    assertThat(shell.run("ZCARD", prefix + "u:alice").toInteger()).isEqualTo(1);
    assertThat(shell.run("EXISTS", prefix + "u:bob").toInteger()).isZero();
    assertThat(shell.run("ZCARD", prefix + "created").toInteger()).isEqualTo(1);
  }
}
