package io.statekeep.service;

import io.statekeep.service.config.UsersFile;
import io.statekeep.web.Problem;
import io.statekeep.web.Users;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Checks passwords against the hashes of a file, a few at a time: a hash is meant to be dear, and
 * processors are for requests, too. Thread-safe.
 */
final class FileUsers implements Users {
  private static final int WORKERS = 2;
  private static final int MAX_WAITING = 64;

  private final UsersFile users;
  private final WorkerExecutor workers;
  private final AtomicInteger waiting = new AtomicInteger();

  FileUsers(Vertx vertx, UsersFile users) {
    this.users = users;
    this.workers = vertx.createSharedWorkerExecutor("statekeep-login", WORKERS);
  }

  @Override
  public Future<Boolean> verify(String name, String password) {
    if (waiting.incrementAndGet() > MAX_WAITING) {
      waiting.decrementAndGet();
      return Future.failedFuture(
          Problem.retryAfter(503, "Too many logins at once.", 1).exception());
    }
    UsersFile.Entry known = users.user(name);
    // A name that nobody has takes as long as any other, at least.
    UsersFile.Entry checked = known == null ? users.dearest() : known;
    return workers
        .executeBlocking(() -> checked.matches(password) && known != null, false)
        .onComplete(done -> waiting.decrementAndGet());
  }
}
