package io.statekeep.store.guarded;

import static io.statekeep.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statekeep.session.Creation;
import io.statekeep.session.SessionDelta;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionPolicy;
import io.statekeep.session.SessionRecord;
import io.statekeep.session.SessionStoreException;
import io.statekeep.store.local.LocalSessionStore;
import io.statekeep.testing.HeldStore;
import io.statekeep.testing.Keys;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GuardedSessionStoreTest {
  private static final SessionPolicy policy = SessionPolicy.DEFAULT;

  private final Vertx vertx = Vertx.vertx();
  private HeldStore far;
  private GuardedSessionStore store;
  private SessionRecord record;

  @BeforeEach
  void open() {
    far =
        new HeldStore(
            new LocalSessionStore(
                vertx,
                policy,
                InstantSource.system(),
                new LocalSessionStore.Capacity(1000, 1L << 30)));
    far.letGo();
    store = new GuardedSessionStore(vertx, new GuardedSessionStore.Bounds(50, 10), far);
    record = SessionRecord.create(Keys.next(), policy, System.currentTimeMillis());
    await(store.create(Creation.of(record)));
  }

  @AfterEach
  void close() {
    await(store.close());
    await(vertx.close());
  }

  @Test
  void whatTheStoreAnswersAtOnceIsPassedOn() {
    assertThat(store.load(record.key()).succeeded()).isTrue();
  }

  @Test
  void aCallWithoutAnAnswerFailsAtItsDeadline() {
    far.hold();
    assertThatThrownBy(() -> await(store.load(record.key())))
        .isInstanceOf(SessionStoreException.class)
        .hasMessage("no answer within 50 ms");
    assertThatThrownBy(() -> await(store.save(record.key(), SessionDelta.TOUCH)))
        .isInstanceOf(SessionStoreException.class);
  }

  @Test
  void aLateAnswerChangesNothing() {
    far.hold();
    Future<Optional<SessionRecord>> late = store.load(record.key());
    assertThatThrownBy(() -> await(late)).isInstanceOf(SessionStoreException.class);
    far.letGo();
    assertThat(late.failed()).isTrue();
    assertThat(await(store.load(record.key()))).contains(record);
  }

  @Test
  void callsBeyondTheBoundAreRefusedAtOnceUntilTheStoreHasEndedSome() {
    far.hold();
    List<Future<?>> held = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      held.add(store.load(record.key()));
    }
    // Given up by their callers, they still weigh on the store.
    held.forEach(call -> assertThatThrownBy(() -> await(call)).isNotNull());
    Future<Optional<SessionRecord>> refused = store.load(record.key());
    assertThat(refused.failed()).isTrue();
    assertThat(refused.cause()).hasMessage("too many calls under way");
    assertThat(far.waiting()).isEqualTo(10);
    far.letGo();
    assertThat(await(store.load(record.key()))).contains(record);
  }

  @Test
  void closingEndsWhatIsUnderWayAndRefusesWhatComes() {
    far.hold();
    Future<Optional<SessionRecord>> call = store.load(record.key());
    Future<Void> closed = store.close();
    for (Future<Optional<SessionRecord>> ended : List.of(call, store.load(record.key()))) {
      assertThatThrownBy(() -> await(ended))
          .isInstanceOf(SessionStoreException.class)
          .hasMessage("the store is closed");
    }
    await(closed);
  }

  @Test
  void aFailureOfTheStoreIsPassedOn() {
    far.hold();
    SessionKey key = record.key();
    Future<Optional<SessionRecord>> call = store.load(key);
    far.lose(0, false);
    assertThatThrownBy(() -> await(call))
        .isInstanceOf(SessionStoreException.class)
        .hasMessage("lost");
  }
}
