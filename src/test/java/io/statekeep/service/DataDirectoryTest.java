package io.statekeep.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statekeep.store.jdbc.JdbcAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataDirectoryTest {
  private static final String SECRET = "hunter2-is-not-to-be-seen";

  @TempDir private Path directory;

  private static Optional<Path> pathOf(String url) {
    return DataDirectory.of(new JdbcAddress(url, "", "", 1000)).map(DataDirectory::path);
  }

  private static Set<PosixFilePermission> mode(String text) {
    return PosixFilePermissions.fromString(text);
  }

  private static List<Path> filesIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  // --- where it is

  @Test
  void itIsTheFolderOfTheDatabaseFile() {
    Path here = Path.of("").toAbsolutePath();
    assertThat(pathOf("jdbc:hsqldb:file:data/statekeep")).contains(here.resolve("data"));
    assertThat(pathOf("jdbc:hsqldb:file:statekeep")).contains(here);
    assertThat(pathOf("jdbc:hsqldb:file:/var/lib/statekeep/db"))
        .contains(Path.of("/var/lib/statekeep"));
    assertThat(pathOf("jdbc:hsqldb:file:/db")).contains(Path.of("/"));
    assertThat(pathOf("jdbc:hsqldb:file:data/db;hsqldb.tx=mvcc;x=/y/z"))
        .contains(here.resolve("data"));
    assertThat(pathOf("JDBC:HSQLDB:FILE:Data/db")).contains(here.resolve("Data"));
  }

  @Test
  void itIsWhereTheDriverFindsTheHomeOfTheUserAndSystemProperties() {
    Path home = Path.of(System.getProperty("user.home"));
    assertThat(pathOf("jdbc:hsqldb:file:~/data/db")).contains(home.resolve("data"));
    assertThat(pathOf("jdbc:hsqldb:file:${user.home}/data/db")).contains(home.resolve("data"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:hsqldb:mem:test",
        "jdbc:hsqldb:file:",
        "jdbc:postgresql://db/app",
        "jdbc:mariadb://db/app"
      })
  void aDatabaseWithoutFilesHereHasNone(String url) {
    assertThat(pathOf(url)).isEmpty();
  }

  // --- the folder

  @Test
  void aFolderThatIsMadeIsForItsOwnerAlone() throws IOException {
    DataDirectory data = new DataDirectory(directory.resolve("new/data"));
    data.create();
    assertThat(Files.getPosixFilePermissions(data.path())).isEqualTo(mode("rwx------"));
    assertThat(Files.getPosixFilePermissions(data.path().getParent())).isEqualTo(mode("rwx------"));
  }

  @Test
  void aFolderThatIsThereIsLeftAsItIs() throws IOException {
    Files.setPosixFilePermissions(directory, mode("rwxr-x---"));
    new DataDirectory(directory).create();
    assertThat(Files.getPosixFilePermissions(directory)).isEqualTo(mode("rwxr-x---"));
  }

  @Test
  void aLinkToAFolderIsOne() throws IOException {
    Path folder = Files.createDirectory(directory.resolve("volume"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), folder);
    assertThat(new DataDirectory(link).secret("key", () -> SECRET)).isEqualTo(SECRET);
    assertThat(folder.resolve("key")).exists();
  }

  @Test
  void whatIsNoFolderIsRefused() throws IOException {
    DataDirectory data = new DataDirectory(Files.createFile(directory.resolve("file")));
    assertThatThrownBy(data::create).isInstanceOf(UncheckedIOException.class);
    assertThatThrownBy(() -> data.secret("key", () -> SECRET))
        .isInstanceOf(UncheckedIOException.class);
  }

  // --- secrets

  @Test
  void aSecretIsMadeOnceAndKept() {
    AtomicInteger made = new AtomicInteger();
    DataDirectory data = new DataDirectory(directory);
    assertThat(data.secret("key", () -> "secret " + made.incrementAndGet())).isEqualTo("secret 1");
    assertThat(new DataDirectory(directory).secret("key", () -> "secret " + made.incrementAndGet()))
        .isEqualTo("secret 1");
    assertThat(made).hasValue(1);
  }

  @Test
  void secretsOfTwoNamesAreTwo() {
    DataDirectory data = new DataDirectory(directory);
    assertThat(data.secret("one", () -> "1")).isEqualTo("1");
    assertThat(data.secret("two", () -> "2")).isEqualTo("2");
  }

  @Test
  void aSecretIsTheOnlyLineOfAFileThatItsOwnerAloneCanRead() throws IOException {
    Path folder = directory.resolve("data");
    new DataDirectory(folder).secret("key", () -> SECRET);
    assertThat(Files.readString(folder.resolve("key"))).isEqualTo(SECRET + "\n");
    assertThat(Files.getPosixFilePermissions(folder.resolve("key"))).isEqualTo(mode("rw-------"));
    assertThat(filesIn(folder)).containsExactly(folder.resolve("key"));
  }

  @Test
  void aSecretOfTheOperatorsOwnIsTaken() throws IOException {
    Files.writeString(directory.resolve("key"), "  " + SECRET + "\r\n");
    assertThat(new DataDirectory(directory).secret("key", () -> "another")).isEqualTo(SECRET);
  }

  @Test
  void whatACrashLeftIsInNobodysWay() throws IOException {
    Files.writeString(directory.resolve("key.new"), "half a sec");
    assertThat(new DataDirectory(directory).secret("key", () -> SECRET)).isEqualTo(SECRET);
  }

  @Test
  void concurrentMakersAgreeOnOneSecret() throws Exception {
    int makers = 8;
    ExecutorService threads = Executors.newFixedThreadPool(makers);
    try {
      for (int round = 0; round < 20; round++) {
        DataDirectory data = new DataDirectory(directory.resolve("data" + round));
        CyclicBarrier start = new CyclicBarrier(makers);
        List<Future<String>> secrets = new ArrayList<>();
        for (int maker = 0; maker < makers; maker++) {
          String own = "secret of maker " + maker;
          secrets.add(
              threads.submit(
                  () -> {
                    start.await();
                    return data.secret("key", () -> own);
                  }));
        }
        Set<String> seen = new HashSet<>();
        for (Future<String> secret : secrets) {
          seen.add(secret.get());
        }
        seen.add(Files.readString(data.path().resolve("key")).strip());
        assertThat(seen).as("round " + round).singleElement().asString().startsWith("secret of");
        assertThat(filesIn(data.path())).hasSize(1);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void aFileThatHoldsNothingIsRefusedByItsName() throws IOException {
    Files.writeString(directory.resolve("key"), "\n");
    assertThatThrownBy(() -> new DataDirectory(directory).secret("key", () -> SECRET))
        .isInstanceOf(UncheckedIOException.class)
        .hasStackTraceContaining(directory.resolve("key").toString());
  }

  @Test
  void noMessageHasTheSecretInIt() throws IOException {
    Files.createDirectory(directory.resolve("key"));
    assertThatThrownBy(() -> new DataDirectory(directory).secret("key", () -> SECRET))
        .isInstanceOf(UncheckedIOException.class)
        .satisfies(
            failure ->
                assertThat(failure).hasMessageContaining("key").hasMessageNotContaining(SECRET));
    assertThat(new DataDirectory(directory).toString()).doesNotContain(SECRET);
  }
}
