package io.statekeep.store.redis;

import io.statekeep.session.SessionStoreException;
import io.vertx.core.AsyncResult;
import io.vertx.core.Promise;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The commands of one turn of an event loop, written to the connection at once: one system call for
 * all of them here, and one in Redis. Each has its own answer. Not thread-safe.
 */
final class CommandBatch {
  // How the client puts the errors of a batch into words: "ERR [place] text", a line for each.
  private static final Pattern ERROR = Pattern.compile("ERR \\[(\\d+)] (.*)");
  private static final String LOST = "CONNECTION_CLOSED";

  private final List<Request> requests = new ArrayList<>();
  private final List<Promise<Response>> answers = new ArrayList<>();

  void add(Request request, Promise<Response> answer) {
    requests.add(request);
    answers.add(answer);
  }

  int size() {
    return requests.size();
  }

  /**
   * Writes all commands; {@code ended} hears, before their callers do, whether all were answered.
   */
  void send(RedisConnection connection, Consumer<Boolean> ended) {
    if (size() == 1) {
      connection
          .send(requests.get(0))
          .onComplete(
              answer -> {
                ended.accept(answer.succeeded());
                tell(answer);
              });
      return;
    }
    connection
        .batch(requests)
        .onComplete(
            all -> {
              ended.accept(all.succeeded());
              tellEach(all);
            });
  }

  /** Tells every caller that nobody knows what became of its command. */
  void fail(Throwable failure) {
    answers.forEach(answer -> answer.tryFail(failure));
  }

  private void tell(AsyncResult<Response> answer) {
    if (answer.succeeded()) {
      answers.get(0).tryComplete(answer.result());
    } else {
      answers.get(0).tryFail(failure(answer.cause(), text(answer.cause())));
    }
  }

  private void tellEach(AsyncResult<List<Response>> all) {
    if (all.succeeded()) {
      for (int i = 0; i < answers.size(); i++) {
        answers.get(i).tryComplete(all.result().get(i));
      }
      return;
    }
    // One error costs the others their answers: what they did is unknown.
    @Nullable String[] errors = new String[answers.size()];
    for (String line : text(all.cause()).lines().toList()) {
      Matcher error = ERROR.matcher(line);
      if (error.matches()) {
        errors[Integer.parseInt(error.group(1))] = error.group(2);
      }
    }
    for (int i = 0; i < answers.size(); i++) {
      String error = errors[i];
      answers.get(i).tryFail(failure(all.cause(), error == null ? LOST : error));
    }
  }

  private static String text(Throwable failure) {
    return failure instanceof Response ? String.valueOf(failure.getMessage()) : LOST;
  }

  private static Throwable failure(Throwable cause, String text) {
    return text.startsWith(LOST)
        ? new SessionStoreException("Redis did not carry out a command: connection lost", cause)
        : new RedisError(text);
  }
}
