package io.statekeep.service.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which files are refused, and what they cost. */
class UsersFileTest {
  private static final String CHEAP = bcrypt("04");

  @TempDir private Path directory;

  private static String bcrypt(String cost) {
    return "$2b$" + cost + "$cVWp4XaNU8a4v1uMRum2SO026BWLIoQMD/TXg5uZV.0P.uO8m3YEm";
  }

  private static String argon2(String cost) {
    return "$argon2id$v=19$" + cost + "$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
  }

  private Path file(String... lines) {
    try {
      return Files.write(directory.resolve("users"), List.of(lines));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private String refusal(String... lines) {
    Path file = file(lines);
    IllegalArgumentException refusal =
        catchThrowableOfType(IllegalArgumentException.class, () -> UsersFile.read(file));
    assertThat(refusal).as("of " + List.of(lines)).isNotNull();
    return String.valueOf(refusal.getMessage());
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
    assertThat(refusal.split("; ", -1))
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
        .isEqualTo("line 1 has neither a bcrypt nor an Argon2id hash");
  }

  @Test
  void aFileWithoutUsersIsRefused() {
    assertThat(refusal("# nobody", "")).isEqualTo("it has no users");
    assertThat(refusal()).isEqualTo("it has no users");
  }

  @Test
  void aFileThatCannotBeReadIsRefused() throws IOException {
    Path latin = directory.resolve("latin");
    Files.write(latin, ("j\u00fcrgen:" + CHEAP).getBytes(StandardCharsets.ISO_8859_1));
    for (Path unreadable : List.of(directory.resolve("none"), directory, latin)) {
      assertThatThrownBy(() -> UsersFile.read(unreadable))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("cannot be read");
    }
  }

  @Test
  void whatItHoldsIsNotShown() {
    assertThat(UsersFile.read(file("alice:" + CHEAP, "bob:" + CHEAP)))
        .hasToString("UsersFile[2 users]");
  }

  // --- cost

  @ParameterizedTest
  @CsvSource({
    "04, 05, 'm=64,t=1,p=1'",
    "04, 12, 'm=19456,t=2,p=1'",
    "11, 12, 'm=65536,t=1,p=4'",
    "04, 10, 'm=1024,t=3,p=1'"
  })
  void theDearestIsFoundWhereverItStands(String cheap, String dear, String argon2) {
    String[] lines = {"a:" + bcrypt(cheap), "b:" + argon2(argon2), "z:" + bcrypt(dear)};
    UsersFile users = UsersFile.read(file(lines));
    assertThat(users.dearest()).isSameAs(users.user("z"));
    UsersFile turned = UsersFile.read(file(lines[2], lines[1], lines[0]));
    assertThat(turned.dearest()).isSameAs(turned.user("z"));
  }

  @Test
  void anArgon2HashCanBeTheDearest() {
    UsersFile users =
        UsersFile.read(
            file(
                "a:" + bcrypt("10"),
                "b:" + argon2("m=65536,t=3,p=1"),
                "c:" + argon2("m=65536,t=2,p=1"),
                "d:" + argon2("m=19456,t=3,p=1")));
    assertThat(users.dearest()).isSameAs(users.user("b"));
  }
}
