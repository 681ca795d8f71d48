package io.statekeep.service;

import static io.statekeep.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statekeep.session.CreateOutcome;
import io.statekeep.session.Creation;
import io.statekeep.session.EndReason;
import io.statekeep.session.Query;
import io.statekeep.session.Rotation;
import io.statekeep.session.SessionDelta;
import io.statekeep.session.SessionKey;
import io.statekeep.session.SessionPolicy;
import io.statekeep.session.SessionRecord;
import io.statekeep.session.SessionStore;
import io.statekeep.session.SessionStoreException;
import io.statekeep.store.guarded.CircuitBreakerSessionStore;
import io.statekeep.store.guarded.GuardedSessionStore;
import io.statekeep.store.layered.Coherence;
import io.statekeep.store.layered.LayeredSessionStore;
import io.statekeep.store.local.LocalSessionStore;
import io.statekeep.testing.Keys;
import io.statekeep.testing.ManualClock;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What operators can count, by the names that the documentation gives. */
class MetricsTest {
  private static final List<String> VERBS =
      List.of(
          "load",
          "create",
          "save",
          "rotate",
          "delete",
          "list",
          "delete_by_subject",
          "purge",
          "events",
          "append",
          "ping");

  private static Vertx vertx;

  private final ManualClock clock = new ManualClock();
  private final SessionStore local =
      new LocalSessionStore(
          vertx, SessionPolicy.DEFAULT, clock, new LocalSessionStore.Capacity(100, 1 << 20));
  private final LongAdder requests = new LongAdder();

  @BeforeAll
  static void startVertx() {
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void stopVertx() {
    await(vertx.close());
  }

  /** A store that can answer nothing. */
  private SessionStore failing() {
    return new GuardedSessionStore(vertx, new GuardedSessionStore.Bounds(1000, 0), local);
  }

  private Metrics metrics(MeteredSessionStore store) {
    LayeredSessionStore.Rules rules =
        new LayeredSessionStore.Rules(clock, System::nanoTime, Coherence.EXCLUSIVE, 1 << 20);
    return new Metrics(
        requests,
        new StoreStack(
            store,
            new LayeredSessionStore(vertx, rules, store),
            new CircuitBreakerSessionStore(vertx, 1000, store),
            store));
  }

  /** The value of a sample; fails if there is none. */
  private static double sample(Metrics metrics, String nameAndLabels) {
    Matcher line =
        Pattern.compile("^" + Pattern.quote(nameAndLabels) + " (\\S+)$", Pattern.MULTILINE)
            .matcher(metrics.scrape());
    assertThat(line.find()).as(nameAndLabels).isTrue();
    return Double.parseDouble(line.group(1));
  }

  private static double calls(Metrics metrics, String verb) {
    return sample(metrics, "statekeep_store_calls_seconds_count{verb=\"" + verb + "\"}");
  }

  private static double seconds(Metrics metrics, String verb) {
    return sample(metrics, "statekeep_store_calls_seconds_sum{verb=\"" + verb + "\"}");
  }

  private static double failures(Metrics metrics, String verb) {
    return sample(metrics, "statekeep_store_failures_total{verb=\"" + verb + "\"}");
  }

  private SessionRecord record() {
    return SessionRecord.create(Keys.next(), SessionPolicy.DEFAULT, clock.millis());
  }

  @Test
  void everyNameOfTheDocumentationIsThere() throws IOException {
    String page = Files.readString(Path.of("docs/configuration.md"));
    String scrape = metrics(new MeteredSessionStore(local)).scrape();
    List<String> names =
        Pattern.compile("^\\| `([a-z_]+)` \\| (?:counter|gauge|summary) \\|", Pattern.MULTILINE)
            .matcher(page)
            .results()
            .map(row -> row.group(1))
            .toList();
    assertThat(names).contains("statekeep_http_requests_total", "statekeep_store_calls_seconds");
    assertThat(names)
        .allSatisfy(
            name -> assertThat(scrape).containsPattern("(?m)^" + name + "(_count)?(\\{| )"));
  }

  @Test
  void everyMetricOfOurOwnIsInTheDocumentation() throws IOException {
    String page = Files.readString(Path.of("docs/configuration.md"));
    String scrape = metrics(new MeteredSessionStore(local)).scrape();
    List<String> ours =
        Pattern.compile("^# TYPE (statekeep_\\S+) (\\S+)$", Pattern.MULTILINE)
            .matcher(scrape)
            .results()
            .map(type -> "| `" + type.group(1) + "` | " + type.group(2) + " |")
            .toList();
    assertThat(ours).hasSizeGreaterThanOrEqualTo(3);
    assertThat(ours).allSatisfy(row -> assertThat(page).contains(row));
  }

  @Test
  void everyVerbOfTheStoreIsCountedOnItsOwn() {
    MeteredSessionStore store = new MeteredSessionStore(local);
    Metrics metrics = metrics(store);
    for (String verb : VERBS) {
      assertThat(calls(metrics, verb)).as(verb).isZero();
      assertThat(failures(metrics, verb)).as(verb).isZero();
    }
    callEveryVerb(store);
    for (String verb : VERBS) {
      assertThat(calls(metrics, verb)).as(verb).isEqualTo(1);
      assertThat(failures(metrics, verb)).as(verb).isZero();
      assertThat(seconds(metrics, verb)).as(verb).isPositive();
    }
  }

  private void callEveryVerb(SessionStore store) {
    SessionRecord record = record();
    SessionKey next = Keys.nextFor(record.key());
    await(store.create(Creation.of(record)));
    await(store.load(record.key()));
    await(store.save(record.key(), SessionDelta.put("a", "1")));
    await(store.rotate(Rotation.of(record.key(), next), SessionDelta.builder().build()));
    await(store.delete(next, EndReason.REVOKED));
    await(store.list(new Query(null, 10, null)));
    await(store.deleteBySubject("alice", Optional.empty()));
    await(store.purgeExpired(10));
    await(store.events(null, 10));
    await(store.append(List.of()));
    await(store.ping());
  }

  @Test
  void whatTheStoreAnswersPassesThrough() {
    MeteredSessionStore store = new MeteredSessionStore(local);
    SessionRecord record = record();
    assertThat(await(store.create(Creation.of(record)))).isEqualTo(CreateOutcome.CREATED);
    assertThat(await(store.create(Creation.of(record)))).isEqualTo(CreateOutcome.TAKEN);
    assertThat(await(store.load(record.key()))).contains(record);
    assertThat(await(store.delete(record.key(), EndReason.REVOKED))).isTrue();
  }

  @Test
  void aCallThatFailsIsACallAndAFailure() {
    MeteredSessionStore store = new MeteredSessionStore(failing());
    Metrics metrics = metrics(store);
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> await(store.load(Keys.next())))
          .isInstanceOf(SessionStoreException.class);
    }
    assertThat(calls(metrics, "load")).isEqualTo(3);
    assertThat(failures(metrics, "load")).isEqualTo(3);
    assertThat(failures(metrics, "ping")).isZero();
  }

  @Test
  void requestsAreCounted() {
    Metrics metrics = metrics(new MeteredSessionStore(local));
    assertThat(sample(metrics, "statekeep_http_requests_total")).isZero();
    requests.add(7);
    assertThat(sample(metrics, "statekeep_http_requests_total")).isEqualTo(7);
  }

  @Test
  void theTextHoldsNoKeyOfASession() {
    MeteredSessionStore store = new MeteredSessionStore(local);
    SessionRecord record = record().withSubject("alice");
    await(store.create(Creation.of(record)));
    await(store.load(record.key()));
    assertThat(metrics(store).scrape())
        .contains("verb=\"create\"")
        .doesNotContain(record.key().value(), "alice");
  }
}
