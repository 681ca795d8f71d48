package io.statekeep.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statekeep.store.jdbc.EmbeddedDatabase.InUseException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import org.hsqldb.persist.LockFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may open the files of an embedded database. */
class EmbeddedDatabaseTest {
  private static final String POLL = LockFile.POLL_INTERVAL_PROPERTY;

  @TempDir private Path directory;

  // HSQLDB waits ten times that long for the next sign of life.
  @BeforeEach
  void doNotWaitLong() {
    System.setProperty(POLL, "1");
  }

  @AfterEach
  void waitAsUsual() {
    System.clearProperty(POLL);
  }

  private JdbcAddress address() {
    return new JdbcAddress("jdbc:hsqldb:file:" + file(""), "", "", 30_000);
  }

  private Path file(String ending) {
    return directory.resolve("sessions" + ending);
  }

  private void openAndClose() throws SQLException {
    EmbeddedDatabase.open(address());
    EmbeddedDatabase.close(address());
  }

  @Test
  void anOpenDatabaseLeavesNothingThatWouldHoldUpTheNextProcessAfterAKill() throws SQLException {
    EmbeddedDatabase.open(address());
    assertThat(file(".lock")).exists();
    assertThat(file(".lck")).doesNotExist();
    EmbeddedDatabase.close(address());
  }

  @Test
  void filesThatSomebodyElseHasLockedAreInUse() throws Exception {
    openAndClose();
    try (FileChannel other = FileChannel.open(file(".lock"), StandardOpenOption.WRITE)) {
      other.lock();
      assertThatThrownBy(() -> EmbeddedDatabase.open(address())).isInstanceOf(InUseException.class);
      assertThatThrownBy(() -> Schema.migrate(address())).isInstanceOf(InUseException.class);
    }
    assertThatCode(this::openAndClose).doesNotThrowAnyException();
  }

  @Test
  void filesThatAnEarlierVersionHasOpenAreInUse() throws Exception {
    openAndClose();
    LockFile earlier = LockFile.newLockFileLock(file("").toString());
    try {
      assertThatThrownBy(() -> EmbeddedDatabase.open(address())).isInstanceOf(InUseException.class);
    } finally {
      earlier.tryRelease();
    }
    assertThatCode(this::openAndClose).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "HSQLLOCK", "HSQLLOCK\0\0\0\0\0\0\0\1", "of somebody else"})
  void whatAnEarlierVersionLeftBehindIsInNobodysWay(String content) throws Exception {
    openAndClose();
    Files.writeString(file(".lck"), content, StandardCharsets.ISO_8859_1);
    assertThatCode(this::openAndClose).doesNotThrowAnyException();
    assertThat(file(".lck")).doesNotExist();
  }

  @Test
  void aFileOfALockMayHoldAnything() throws Exception {
    Files.write(file(".lock"), ByteBuffer.allocate(9).array());
    assertThatCode(this::openAndClose).doesNotThrowAnyException();
  }
}
