package io.statekeep.fault;

import io.statekeep.fault.Operation.Kind;
import io.statekeep.fault.Operation.Outcome;
import io.statekeep.testing.ApiProbe;
import io.statekeep.testing.HttpProbe.Answer;
import io.vertx.core.json.JsonObject;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * One session as its client knows it. What is asked of any node is written down with what came of
 * it. Thread-safe.
 */
final class Client {
  private static final String CURRENT = "/v1/sessions/current";

  private final String name;
  private final String id;
  private final String token;
  private final Queue<Operation> history = new ConcurrentLinkedQueue<>();
  private final AtomicInteger number = new AtomicInteger();
  private final AtomicLong slowest = new AtomicLong();

  private Client(String name, JsonObject begun) {
    this.name = name;
    this.id = begun.getString("id");
    this.token = begun.getString("token");
  }

  /** Begins a session that holds its own name, however long the store takes for it. */
  static Client begin(ApiProbe api, String name) {
    String json = "{\"subject\":\"u\",\"attributes\":{\"me\":\"" + name + "\",\"n\":0}}";
    Answer[] begun = new Answer[1];
    Site.await(
        "a session begins",
        () -> {
          begun[0] = api.post("/v1/sessions", json);
          return begun[0].status() == 201;
        });
    return new Client(name, begun[0].json());
  }

  List<Operation> history() {
    return List.copyOf(history);
  }

  /** How long the slowest answer took. */
  long slowestMillis() {
    return TimeUnit.NANOSECONDS.toMillis(slowest.get());
  }

  /** How many attributes {@link #add} has tried to add, and a few more. */
  int additions() {
    return number.get();
  }

  Outcome add(ApiProbe api, int node) {
    String attribute = "s" + number.incrementAndGet();
    return patch(api, node, Kind.ADD, attribute, "{\"" + attribute + "\":true}");
  }

  Outcome write(ApiProbe api, int node) {
    String value = "v" + number.incrementAndGet();
    return patch(api, node, Kind.WRITE, value, "{\"r\":\"" + value + "\"}");
  }

  private Outcome patch(ApiProbe api, int node, Kind kind, String value, String attributes) {
    return ask(
        kind,
        node,
        () -> api.patch(CURRENT, "{\"attributes\":" + attributes + "}", "Session-Token", token),
        session -> value);
  }

  /** Reads without a note of it. */
  Answer get(ApiProbe api) {
    return api.get(CURRENT, "Session-Token", token);
  }

  Outcome read(ApiProbe api, int node) {
    return ask(
        Kind.READ,
        node,
        () -> get(api),
        session -> session.getJsonObject("attributes", new JsonObject()).getString("r", ""));
  }

  Outcome increment(ApiProbe api, int node) {
    return ask(
        Kind.INCREMENT,
        node,
        () -> api.post(CURRENT + "/increment", "{\"name\":\"n\"}", "Session-Token", token),
        counted -> String.valueOf(counted.getValue("value", "")));
  }

  Outcome end(ApiProbe api, int node) {
    return ask(Kind.END, node, () -> api.delete(CURRENT, "Session-Token", token), nothing -> "");
  }

  /** The session as the store holds it, past every near cache; null if it is gone. */
  JsonObject look(ApiProbe api) {
    // One event loop of a node may find the store a moment later than another.
    Answer[] last = new Answer[1];
    Site.await(
        "the store answers",
        () -> {
          last[0] = api.patch(CURRENT, "{\"attributes\":{\"look\":null}}", "Session-Token", token);
          return last[0].status() != 503;
        });
    Answer answer = last[0];
    if (answer.status() != 200 && answer.status() != 404) {
      throw new AssertionError(answer.status() + " " + answer.body());
    }
    return answer.status() == 404 ? null : answer.json();
  }

  /** The names that {@link #add} gave among those of a session. */
  static Set<String> additions(JsonObject session) {
    return session.getJsonObject("attributes").fieldNames().stream()
        .filter(attribute -> attribute.matches("s\\d+"))
        .collect(Collectors.toSet());
  }

  private Outcome ask(
      Kind kind, int node, Supplier<Answer> request, Function<JsonObject, String> value) {
    long start = System.nanoTime();
    Answer answer = answerOf(request);
    long end = System.nanoTime();
    slowest.accumulateAndGet(end - start, Math::max);
    Outcome outcome = outcome(answer);
    JsonObject body = outcome == Outcome.OK && kind != Kind.END ? answer.json() : new JsonObject();
    if (body.containsKey("attributes") && !isMine(body)) {
      outcome = Outcome.FOREIGN;
    }
    history.add(new Operation(kind, name, node, start, end, outcome, value.apply(body)));
    return outcome;
  }

  private boolean isMine(JsonObject session) {
    return id.equals(session.getString("id"))
        && name.equals(session.getJsonObject("attributes").getString("me"));
  }

  private static Answer answerOf(Supplier<Answer> request) {
    try {
      return request.get();
    } catch (UncheckedIOException e) {
      // The node is gone.
      return null;
    }
  }

  private static Outcome outcome(Answer answer) {
    if (answer == null || answer.status() == 503) {
      return Outcome.UNKNOWN;
    }
    if (answer.status() == 404) {
      return Outcome.GONE;
    }
    if (answer.status() / 100 != 2) {
      throw new AssertionError(answer.status() + " " + answer.body());
    }
    return Outcome.OK;
  }
}
