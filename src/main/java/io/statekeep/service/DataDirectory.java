package io.statekeep.service;

import io.statekeep.store.jdbc.EmbeddedDatabase;
import io.statekeep.store.jdbc.JdbcAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The folder of an embedded database, where secrets that were made at the first start are kept
 * beside it.
 */
record DataDirectory(Path path) {
  /** The folder of this database; empty if it keeps no files here. */
  static Optional<DataDirectory> of(JdbcAddress address) {
    return EmbeddedDatabase.file(address)
        .map(file -> new DataDirectory(Objects.requireNonNullElse(file.getParent(), file)));
  }

  /**
   * Makes the folder, if there is none yet, for its owner alone.
   *
   * @throws UncheckedIOException if that cannot be done
   */
  void create() {
    try {
      if (!Files.isDirectory(path)) {
        Files.createDirectories(path, ownerOnly("rwx------"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make " + path, e);
    }
  }

  /**
   * The secret of this name: the file's only line, made at the first call, readable by its owner
   * alone.
   *
   * @throws UncheckedIOException if the folder cannot be read or written
   */
  String secret(String name, Supplier<String> generator) {
    try {
      create();
      Path file = path.resolve(name);
      if (!Files.exists(file)) {
        write(file, generator.get());
      }
      String secret = Files.readString(file).strip();
      if (secret.isEmpty()) {
        throw new IOException(file + " is empty");
      }
      return secret;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot keep " + name + " in " + path, e);
    }
  }

  private void write(Path file, String secret) throws IOException {
    Path fresh =
        Files.createTempFile(path, file.getFileName().toString(), ".new", ownerOnly("rw-------"));
    try {
      Files.writeString(fresh, secret + "\n", StandardOpenOption.WRITE, StandardOpenOption.SYNC);
      publish(fresh, file);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  // In one step: a crash leaves a whole secret or none, and of several makers the first counts.
  private static void publish(Path fresh, Path file) throws IOException {
    try {
      Files.createLink(file, fresh);
    } catch (FileAlreadyExistsException e) {
      // Then that one counts.
    } catch (UnsupportedOperationException | FileSystemException e) {
      // Not every file system has links. Without them, makers at the same moment are not safe.
      Files.move(fresh, file);
    }
  }

  private FileAttribute<?>[] ownerOnly(String permissions) {
    boolean posix = path.getFileSystem().supportedFileAttributeViews().contains("posix");
    Set<PosixFilePermission> mode = PosixFilePermissions.fromString(permissions);
    return posix
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(mode)}
        : new FileAttribute<?>[0];
  }
}
