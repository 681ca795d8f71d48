package io.statekeep.service;

import io.statekeep.store.jdbc.EmbeddedDatabase;
import io.statekeep.store.jdbc.JdbcAddress;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Another process that has an embedded database open, as a running node has. */
final class DatabaseHolder implements AutoCloseable {
  private static final String OPEN = "the database is open";
  private static final int MAX_SECONDS = 60;

  private final Process process;

  private DatabaseHolder(Process process) {
    this.process = process;
  }

  /** Starts the process and waits until it has the database open. */
  static DatabaseHolder open(String url) {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    ProcessBuilder builder =
        new ProcessBuilder(
                java.toString(),
                "-cp",
                System.getProperty("java.class.path"),
                DatabaseHolder.class.getName(),
                url)
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    try {
      DatabaseHolder holder = new DatabaseHolder(builder.start());
      holder.awaitOpen();
      return holder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void awaitOpen() throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    String line = lines.readLine();
    while (line != null && !line.equals(OPEN)) {
      line = lines.readLine();
    }
    if (line == null) {
      close();
      throw new IllegalStateException("the process did not open the database");
    }
  }

  boolean isRunning() {
    return process.isAlive();
  }

  /** Has the process close the database, and waits for its end. */
  @Override
  public void close() {
    try {
      process.getOutputStream().close();
      if (!process.waitFor(MAX_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the process did not end");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      process.destroyForcibly();
    }
  }

  /** The process: opens the database, says so, and closes it when its input ends. */
  public static void main(String[] arguments) throws Exception {
    JdbcAddress address = new JdbcAddress(arguments[0], "", "", 30_000);
    EmbeddedDatabase.open(address);
    System.out.println(OPEN);
    System.in.transferTo(System.err);
    EmbeddedDatabase.close(address);
  }
}
