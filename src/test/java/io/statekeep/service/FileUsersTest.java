package io.statekeep.service;

import static io.statekeep.testing.Await.await;
import static io.statekeep.testing.Await.awaitAll;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.password4j.Argon2Function;
import com.password4j.BcryptFunction;
import com.password4j.types.Argon2;
import com.password4j.types.Bcrypt;
import io.statekeep.web.ProblemException;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FileUsersTest {
  private static final int WORKERS = 2;
  private static final int MAX_WAITING = 64;
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
    return FileUsers.read(vertx, file(lines));
  }

  private static void assertVerifies(FileUsers users, String name, String password) {
    assertThat(await(users.verify(name, password))).isTrue();
    assertThat(await(users.verify(name, password + "x"))).isFalse();
    assertThat(await(users.verify(name, ""))).isEqualTo(password.isEmpty());
  }

  private String refusal(String... lines) {
    Path file = file(lines);
    StartException refusal =
        catchThrowableOfType(StartException.class, () -> FileUsers.read(vertx, file));
    assertThat(refusal).as("of " + List.of(lines)).isNotNull();
    assertThat(refusal).hasMessageStartingWith("users.file = " + file + ": ");
    return refusal.getMessage();
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

  @Test
  void everyWrongLineIsNamedByItsNumberAndNoneIsShown() {
    String refusal =
        refusal(
            "alice:" + CHEAP,
            "no colon here",
            "# a comment",
            ":" + CHEAP,
            "",
            "bob:hunter2",
            "alice:" + CHEAP,
            "n".repeat(256) + ":" + CHEAP,
            "carol:");
    assertThat(refusal.substring(refusal.indexOf(": ") + 2).split("; ", -1))
        .containsExactly(
            "line 2 has no name of 1..255 characters before a colon",
            "line 4 has no name of 1..255 characters before a colon",
            "line 6 has neither a bcrypt nor an Argon2id hash",
            "line 7 names a user again",
            "line 8 has no name of 1..255 characters before a colon",
            "line 9 has neither a bcrypt nor an Argon2id hash");
    assertThat(refusal).doesNotContain("hunter2", CHEAP);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "hunter2",
        "{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=",
        "$1$salt$qJH7.N4xYta3aEG/dfqo/0",
        "$apr1$salt$xxxxxxxxxxxxxxxxxxxxxx",
        "$5$salt$hash",
        // bcrypt: another version, cost, length, alphabet
        "$2$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.",
        "$2x$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.",
        "$2b$03$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.",
        "$2b$31$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s.",
        "$2b$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s",
        "$2b$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s..",
        "$2b$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s+",
        // Argon2: another kind, version, cost; too short
        "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2d$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=16$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=0,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=256,t=0,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=256,t=2,p=0$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=7,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=256,t=2,p=33$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=256,t=2,p=1$c2FsdA$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65",
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQaa$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi",
        "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ=$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4="
      })
  void anotherHashIsRefused(String hash) {
    assertThat(refusal("alice:" + hash))
        .endsWith(": line 1 has neither a bcrypt nor an Argon2id hash");
  }

  @Test
  void aFileWithoutUsersIsRefused() {
    assertThat(refusal("# nobody", "")).endsWith(": it has no users");
    assertThat(refusal()).endsWith(": it has no users");
  }

  @Test
  void aFileThatCannotBeReadIsRefused() throws IOException {
    Path none = directory.resolve("none");
    assertThatThrownBy(() -> FileUsers.read(vertx, none))
        .isInstanceOf(StartException.class)
        .hasMessage("users.file = " + none + ": cannot be read");
    assertThatThrownBy(() -> FileUsers.read(vertx, directory)).isInstanceOf(StartException.class);
    Path latin = directory.resolve("latin");
    Files.write(latin, ("j\u00fcrgen:" + CHEAP).getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> FileUsers.read(vertx, latin)).isInstanceOf(StartException.class);
  }

  // --- load

  @Test
  void moreThanCanWaitAreSentAwayAndRoomComesBack() {
    FileUsers users = users("alice:" + CHEAP);
    // The same threads: a shared executor has a name.
    WorkerExecutor workers = vertx.createSharedWorkerExecutor("statekeep-login", WORKERS);
    CountDownLatch release = new CountDownLatch(1);
    for (int i = 0; i < WORKERS; i++) {
      workers.executeBlocking(
          () -> {
            release.await();
            return null;
          },
          false);
    }
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
    await(workers.close());
  }
}
