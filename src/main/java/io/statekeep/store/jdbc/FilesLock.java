package io.statekeep.store.jdbc;

import io.statekeep.session.SessionStoreException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.hsqldb.HsqlException;
import org.hsqldb.persist.LockFile;
import org.jspecify.annotations.Nullable;

/**
 * Keeps other processes away from the files of an embedded database. The operating system holds the
 * lock, and drops it with the process, however that ends: HSQLDB's own lock is a time written into
 * a file, which has to grow ten seconds old before the next process may go on.
 *
 * <p>The file of the lock stays: were it deleted, two processes could each lock one of that name.
 */
final class FilesLock {
  private static final Map<Path, FileLock> HELD = new HashMap<>();

  private FilesLock() {}

  /**
   * Takes the lock for this process, if it does not have it yet.
   *
   * @return whether the files are this process's now; always so if the database has none
   * @throws SessionStoreException if the file system cannot tell
   */
  static synchronized boolean take(JdbcAddress address) {
    Optional<Path> file = EmbeddedDatabase.file(address);
    if (file.isEmpty() || HELD.containsKey(file.get())) {
      return true;
    }
    try {
      @Nullable FileLock lock = lock(file.get());
      if (lock == null) {
        return false;
      }
      if (isHeldByHsqldb(file.get())) {
        lock.channel().close();
        return false;
      }
      HELD.put(file.get(), lock);
      return true;
    } catch (IOException e) {
      throw new SessionStoreException("the files of the database cannot be locked", e);
    }
  }

  private static @Nullable FileLock lock(Path file) throws IOException {
    Path parent = file.getParent();
    if (parent != null && !Files.isDirectory(parent)) {
      Files.createDirectories(parent);
    }
    FileChannel channel =
        FileChannel.open(
            beside(file, ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    @Nullable FileLock lock = null;
    try {
      lock = channel.tryLock();
    } catch (OverlappingFileLockException e) {
      // Another class loader of this process has it.
    } finally {
      if (lock == null) {
        channel.close();
      }
    }
    return lock;
  }

  // An earlier version, or a tool of HSQLDB, may have the files open by HSQLDB's lock. Whether its
  // owner lives takes up to ten seconds to see, once: after that the file is gone.
  private static boolean isHeldByHsqldb(Path file) throws IOException {
    Path theirs = beside(file, ".lck");
    if (!Files.exists(theirs)) {
      return false;
    }
    try {
      LockFile.newLockFileLock(file.toString()).tryRelease();
    } catch (HsqlException e) {
      if (e.getCause() instanceof LockFile.LockHeldExternallyException) {
        return true;
      }
    } catch (LockFile.BaseException e) {
      throw new IOException(e);
    }
    Files.deleteIfExists(theirs);
    return false;
  }

  private static Path beside(Path file, String ending) {
    return file.resolveSibling(file.getFileName() + ending);
  }

  /** Lets other processes have the files. */
  static synchronized void drop(JdbcAddress address) {
    FileLock lock = EmbeddedDatabase.file(address).map(HELD::remove).orElse(null);
    if (lock != null) {
      try {
        lock.channel().close();
      } catch (IOException e) {
        throw new SessionStoreException("the files of the database cannot be unlocked", e);
      }
    }
  }
}
