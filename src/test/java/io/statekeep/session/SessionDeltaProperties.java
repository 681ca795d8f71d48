package io.statekeep.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** A delta does to a session what its builder was told, in that order, or nothing at all. */
class SessionDeltaProperties {
  private static final long BEGIN = 1_770_000_000_000L;
  private static final SessionPolicy POLICY =
      new SessionPolicy(60_000, 200_000, 1_000, true, 4, 120);
  private static final SessionRecord EMPTY =
      SessionRecord.create(new SessionKey("k".repeat(43)), POLICY, BEGIN).withSubject("alice");

  @Property(edgeCases = EdgeCasesMode.NONE)
  void anyDeltasDoWhatTheirBuildersWereTold(@ForAll("requests") List<Request> requests) {
    SessionRecord record = EMPTY;
    long now = BEGIN;
    for (Request request : requests) {
      now += request.after;
      SaveOutcome outcome = request.delta(record).applyTo(record, POLICY, now);
      assertThat(request.delta(record).withSeen(EMPTY).applyTo(record, POLICY, now))
          .isEqualTo(outcome);
      record = assertOutcome(outcome, request, record, now);
    }
  }

  @Property(edgeCases = EdgeCasesMode.NONE)
  void aRotationIsTheSameDeltaUnderANewKey(
      @ForAll("requests") List<Request> requests, @ForAll boolean login) {
    SessionRecord record = EMPTY;
    long now = BEGIN;
    for (Request request : requests) {
      now += request.after;
      SessionKey to = new SessionKey("t".repeat(42) + record.version());
      Rotation rotation =
          login ? Rotation.login(record.key(), to, "bob") : Rotation.of(record.key(), to);
      SessionDelta delta = request.delta(record);
      SaveOutcome outcome = delta.applyTo(record, rotation, POLICY, now);
      if (!(delta.applyTo(record, POLICY, now) instanceof SaveOutcome.Saved saved)) {
        assertThat(outcome).isEqualTo(delta.applyTo(record, POLICY, now));
        continue;
      }
      SessionRecord same = saved.record();
      SessionRecord moved =
          new SessionRecord(
              to,
              login ? "bob" : record.subject(),
              same.attributes(),
              same.lifetime(),
              record.version() + 1);
      assertThat(outcome).isEqualTo(new SaveOutcome.Saved(moved, true));
      record = moved;
    }
  }

  /** Answers the record after the request. */
  private static SessionRecord assertOutcome(
      SaveOutcome outcome, Request request, SessionRecord before, long now) {
    if (now >= before.lifetime().expiresAt()) {
      assertThat(outcome).isEqualTo(SaveOutcome.GONE);
      return before;
    }
    if (request.staleBy.orElse(0) != 0) {
      assertThat(outcome).isEqualTo(SaveOutcome.CONFLICT);
      return before;
    }
    Model model = new Model(before.attributes());
    request.steps.forEach(model::take);
    Set<String> notNumbers = model.finish();
    if (!notNumbers.isEmpty()) {
      assertThat(outcome).isInstanceOf(SaveOutcome.NotANumber.class);
      assertThat(notNumbers).contains(((SaveOutcome.NotANumber) outcome).attribute());
      return before;
    }
    Attributes after = model.attributes();
    if (after.count() > POLICY.maxAttributes() || after.bytes() > POLICY.maxBytes()) {
      assertThat(outcome).isEqualTo(SaveOutcome.TOO_LARGE);
      return before;
    }
    boolean touched = request.touch && before.lifetime().touchDue(POLICY, now);
    boolean changed = !request.steps.isEmpty() || request.expiry.isPresent();
    Lifetime life = touched ? before.lifetime().touched(POLICY, now) : before.lifetime();
    if (request.expiry.isPresent()) {
      life = life.changed(request.expiry.get(), POLICY, now);
    }
    long version = before.version() + (changed ? 1 : 0);
    SessionRecord record = new SessionRecord(before.key(), before.subject(), after, life, version);
    assertThat(outcome).isEqualTo(new SaveOutcome.Saved(record, changed || touched));
    return ((SaveOutcome.Saved) outcome).record();
  }

  /** What a request tells its builder, step by step. */
  private record Request(
      long after,
      List<Step> steps,
      boolean touch,
      Optional<ExpiryChange> expiry,
      Optional<Integer> staleBy) {

    SessionDelta delta(SessionRecord record) {
      SessionDelta.Builder builder = SessionDelta.builder();
      steps.forEach(step -> step.tell(builder));
      expiry.ifPresent(builder::expiry);
      staleBy.ifPresent(by -> builder.ifVersion(record.version() + by));
      return touch ? builder.touch().build() : builder.build();
    }
  }

  /** One call of a builder. */
  private record Step(String verb, String name, String json, long by) {
    void tell(SessionDelta.Builder builder) {
      switch (verb) {
        case "put" -> builder.put(name, json);
        case "default" -> builder.putDefault(name, json);
        case "remove" -> builder.remove(name);
        case "increment" -> builder.increment(name, by);
        default -> builder.clear();
      }
    }
  }

  /** A map that takes the same steps one after another; sums are taken at the end, as a whole. */
  private static final class Model {
    private final Map<String, String> values = new HashMap<>();
    private final Map<String, Long> sums = new HashMap<>();

    Model(Attributes attributes) {
      attributes.forEach(values::put);
    }

    void take(Step step) {
      String name = step.name;
      switch (step.verb) {
        case "put" -> {
          values.put(name, step.json);
          sums.remove(name);
        }
        case "default" -> {
          if (!sums.containsKey(name)) {
            values.putIfAbsent(name, step.json);
          }
        }
        case "remove" -> {
          values.remove(name);
          sums.remove(name);
        }
        case "increment" -> sums.merge(name, step.by, Long::sum);
        default -> {
          values.clear();
          sums.clear();
        }
      }
    }

    /** Answers what cannot be added to. */
    Set<String> finish() {
      Set<String> notNumbers = new HashSet<>();
      sums.forEach(
          (name, by) -> {
            String json = values.getOrDefault(name, "0");
            try {
              values.put(name, "" + Math.addExact(Long.parseLong(json), by));
            } catch (NumberFormatException | ArithmeticException e) {
              notNumbers.add(name);
            }
          });
      return notNumbers;
    }

    Attributes attributes() {
      Attributes attributes = Attributes.NONE;
      for (Map.Entry<String, String> entry : values.entrySet()) {
        attributes = attributes.with(entry.getKey(), entry.getValue());
      }
      return attributes;
    }
  }

  @Provide
  Arbitrary<List<Request>> requests() {
    Arbitrary<Step> step =
        Combinators.combine(
                Arbitraries.frequency(
                    Tuple.of(4, "put"),
                    Tuple.of(3, "default"),
                    Tuple.of(3, "remove"),
                    Tuple.of(4, "increment"),
                    Tuple.of(1, "clear")),
                Arbitraries.of("a", "b", "n", "\"}", "\u00e9", "\n"),
                Arbitraries.of(
                    "0",
                    "-7",
                    "41",
                    "9223372036854775806",
                    "1.5",
                    "\"7\"",
                    "null",
                    "\"" + "x".repeat(40) + "\"",
                    "\"\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\""),
                Arbitraries.longs().between(-3, 3))
            .as(Step::new);
    Arbitrary<ExpiryChange> expiry =
        Arbitraries.of(
            ExpiryChange.idle(Duration.ofSeconds(30)),
            ExpiryChange.withBrowser(POLICY),
            new ExpiryChange(null, BEGIN + 90_000, true),
            new ExpiryChange(null, null, true));
    return Combinators.combine(
            Arbitraries.frequencyOf(
                Tuple.of(9, Arbitraries.longs().between(0, 5_000)),
                Tuple.of(1, Arbitraries.longs().between(50_000, 70_000))),
            step.list().ofMaxSize(5),
            Arbitraries.of(true, false),
            expiry.optional(0.2),
            Arbitraries.of(0, 0, 1, -1).optional(0.3))
        .as(Request::new)
        .list()
        .ofMaxSize(12);
  }
}
