package io.statekeep.service;

import io.statekeep.service.config.UsersFile;
import io.statekeep.web.Problem;
import io.statekeep.web.ProblemException;
import io.statekeep.web.Users;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.internal.VertxInternal;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Checks passwords against the hashes of a file, a few at a time: a hash is meant to be dear, and
 * processors are for requests, too. Thread-safe.
 */
final class FileUsers implements Users {
  private static final int WORKERS = 2;
  // A few for each worker, so that the last in the line has an answer while somebody waits for it.
  private static final int MAX_WAITING = 8 * WORKERS;

  private final VertxInternal vertx;
  private final UsersFile users;
  private final Duration patience;
  private final WorkerExecutor workers;
  private final AtomicInteger waiting = new AtomicInteger();

  /**
   * @param patience how long a login may wait for its turn
   */
  FileUsers(Vertx vertx, UsersFile users, Duration patience) {
    this.vertx = (VertxInternal) vertx;
    this.users = users;
    this.patience = patience;
    this.workers = vertx.createSharedWorkerExecutor("statekeep-login", WORKERS);
  }

  @Override
  public Future<Boolean> verify(String name, String password) {
    if (waiting.incrementAndGet() > MAX_WAITING) {
      waiting.decrementAndGet();
      return Future.failedFuture(tooMany());
    }
    UsersFile.Entry known = users.user(name);
    // A name that nobody has takes as long as any other, at least.
    UsersFile.Entry checked = known == null ? users.dearest() : known;
    Promise<Boolean> answer = vertx.promise();
    // Whoever is first decides: the worker that checks, or the end of the patience.
    AtomicBoolean decided = new AtomicBoolean();
    long timer = vertx.setTimer(patience.toMillis(), id -> giveUp(decided, answer));
    workers
        .executeBlocking(
            () -> decided.compareAndSet(false, true) && checked.matches(password) && known != null,
            false)
        .onComplete(
            done -> {
              waiting.decrementAndGet();
              vertx.cancelTimer(timer);
              if (done.succeeded()) {
                answer.tryComplete(done.result());
              } else {
                answer.tryFail(done.cause());
              }
            });
    return answer.future();
  }

  private static void giveUp(AtomicBoolean decided, Promise<Boolean> answer) {
    if (decided.compareAndSet(false, true)) {
      answer.fail(tooMany());
    }
  }

  private static ProblemException tooMany() {
    return Problem.retryAfter(503, "Too many logins at once.", 1).exception();
  }
}
