package io.statekeep.service;

import static io.statekeep.testing.Await.await;
import static io.statekeep.testing.Await.awaitAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.password4j.Argon2Function;
import com.password4j.BcryptFunction;
import com.password4j.types.Argon2;
import com.password4j.types.Bcrypt;
import io.statekeep.service.config.UsersFile;
import io.statekeep.web.Problem;
import io.statekeep.web.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileUsersTest {
  private static final int WORKERS = 2;
  private static final int MAX_WAITING = 16;
  // The cheapest cost that bcrypt has.
  private static final String CHEAP = bcrypt(Bcrypt.B, "right");

  private static Vertx vertx;

  @TempDir private Path directory;

  @BeforeAll
  static void startVertx() {
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void stopVertx() {
    await(vertx.close());
  }

  private static String bcrypt(Bcrypt version, String password) {
    return BcryptFunction.getInstance(version, 4).hash(password).getResult();
  }

  private Path file(String... lines) {
    try {
      return Files.write(directory.resolve("users"), List.of(lines));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private FileUsers users(String... lines) {
    return new FileUsers(vertx, UsersFile.read(file(lines)), Duration.ofMinutes(1));
  }

  private static void assertVerifies(FileUsers users, String name, String password) {
    assertThat(await(users.verify(name, password))).isTrue();
    assertThat(await(users.verify(name, password + "x"))).isFalse();
    assertThat(await(users.verify(name, ""))).isEqualTo(password.isEmpty());
  }

  // --- passwords

  // As other programs have made them: jBCrypt, Python's bcrypt, libxcrypt and the reference of
  // Argon2.
  @ParameterizedTest
  @CsvSource(
      delimiter = ' ',
      value = {
        "a $2a$06$m0CrhHm10qJ3lXRY.5zDGO3rS2KdeeWLuGmsfGlMfOxih58VYVfxe",
        "Kk4DQuMMfZL9o $2b$04$cVWp4XaNU8a4v1uMRum2SO026BWLIoQMD/TXg5uZV.0P.uO8m3YEm",
        "rasmuslerdorf $2y$07$BCryptRequires22Chrcte/VlQH0piJtjXl.0t1XkA8pw9dMXTpOq",
        "password $argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
      })
  void hashesOfOtherProgramsAreVerified(String password, String hash) {
    assertVerifies(users("alice:" + hash), "alice", password);
  }

  @Test
  void everyKindOfHashCanStandInOneFile() {
    FileUsers users =
        users(
            "a:" + bcrypt(Bcrypt.A, "one"),
            "b:" + bcrypt(Bcrypt.B, "two"),
            "y:" + bcrypt(Bcrypt.Y, "three"),
            "argon:"
                + Argon2Function.getInstance(64, 1, 2, 32, Argon2.ID).hash("four").getResult());
    assertVerifies(users, "a", "one");
    assertVerifies(users, "b", "two");
    assertVerifies(users, "y", "three");
    assertVerifies(users, "argon", "four");
    assertThat(await(users.verify("a", "two"))).isFalse();
  }

  @Test
  void nobodyIsAnotherWhateverThePassword() {
    FileUsers users = users("alice:" + CHEAP);
    for (String name : List.of("bob", "", "Alice", "alice ", "al", "alice:")) {
      assertThat(await(users.verify(name, "right"))).as(name).isFalse();
    }
  }

  @Test
  void aPasswordMayBeAnyText() {
    String password = "p\u00e4ssw\u00f6rd \uD83D\uDD11 : # %";
    assertVerifies(users("alice:" + bcrypt(Bcrypt.B, password)), "alice", password);
  }

  // --- the file

  @Test
  void commentsAndEmptyLinesAreSkipped() {
    FileUsers users =
        users("# alice:" + CHEAP, "", "   ", "\t", "bob:" + CHEAP, "#", "#carol", "dave:" + CHEAP);
    assertThat(await(users.verify("bob", "right"))).isTrue();
    assertThat(await(users.verify("dave", "right"))).isTrue();
    assertThat(await(users.verify("alice", "right"))).isFalse();
    assertThat(await(users.verify("# alice", "right"))).isFalse();
  }

  @Test
  void spaceAroundNameAndHashDoesNotCount() {
    assertVerifies(users("  alice : " + CHEAP + " \r"), "alice", "right");
  }

  @Test
  void aNameMayHaveAnyCharacterButAColon() {
    FileUsers users = users("j\u00fcrgen m\u00fcller:" + CHEAP, "a@b.example:" + CHEAP);
    assertThat(await(users.verify("j\u00fcrgen m\u00fcller", "right"))).isTrue();
    assertThat(await(users.verify("a@b.example", "right"))).isTrue();
  }

  // --- load

  @Test
  void moreThanCanWaitAreSentAwayAndRoomComesBack() {
    FileUsers users = users("alice:" + CHEAP);
    CountDownLatch release = new CountDownLatch(1);
    keepWorkersBusyUntil(release);
    List<Future<Boolean>> waiting = new ArrayList<>();
    for (int i = 0; i < MAX_WAITING; i++) {
      waiting.add(users.verify(i % 2 == 0 ? "alice" : "bob", "right"));
    }
    for (int i = 0; i < 3; i++) {
      Future<Boolean> refused = users.verify("alice", "right");
      assertThat(refused.cause())
          .isInstanceOfSatisfying(
              ProblemException.class,
              refusal -> {
                assertThat(refusal.problem().status()).isEqualTo(503);
                assertThat(refusal.problem().headers()).containsEntry("Retry-After", "1");
              });
    }
    assertThat(waiting).noneMatch(Future::isComplete);
    release.countDown();
    assertThat(awaitAll(waiting).stream().filter(right -> right)).hasSize(MAX_WAITING / 2);
    assertThat(await(users.verify("alice", "right"))).isTrue();
  }

  @Test
  void whoseTurnDoesNotComeInTimeIsSentAwayAndCostsNothingMore() {
    // A check against this takes an hour.
    String dear = CHEAP.replace("$04$", "$24$");
    UsersFile file = UsersFile.read(file("alice:" + CHEAP, "dear:" + dear));
    FileUsers users = new FileUsers(vertx, file, Duration.ofMillis(20));
    CountDownLatch release = new CountDownLatch(1);
    keepWorkersBusyUntil(release);
    List<Future<Boolean>> late = new ArrayList<>();
    for (int i = 0; i < MAX_WAITING; i++) {
      late.add(users.verify(i % 2 == 0 ? "dear" : "nobody", "right"));
    }
    late.forEach(login -> assertThat(refusalOf(login).status()).isEqualTo(503));
    release.countDown();
    FileUsers patient = new FileUsers(vertx, file, Duration.ofMinutes(1));
    assertThat(await(patient.verify("alice", "right"))).isTrue();
  }

  private static Problem refusalOf(Future<Boolean> login) {
    return catchThrowableOfType(ProblemException.class, () -> await(login)).problem();
  }

  private static void keepWorkersBusyUntil(CountDownLatch release) {
    // The same threads: a shared executor has a name.
    WorkerExecutor workers = vertx.createSharedWorkerExecutor("statekeep-login", WORKERS);
    for (int i = 0; i < WORKERS; i++) {
      workers.executeBlocking(
          () -> {
            release.await();
            return null;
          },
          false);
    }
  }
}
