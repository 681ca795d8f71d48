package io.statekeep.jar;

import io.statekeep.testing.HttpProbe;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code java -jar target/statekeep.jar} as a user starts it, in a folder of its own. */
final class JarProcess implements AutoCloseable {
  private static final Pattern SERVES =
      Pattern.compile(
          "serves on http://[^:]+:(\\d+) \\(management on [^:]+:(\\d+)\\), store: (.*), started in \\d+ ms");
  private static final int MAX_SECONDS = 60;

  private final Process process;
  private final BufferedReader output;
  private final List<String> lines = new ArrayList<>();
  private int port;
  private int managementPort;

  private JarProcess(Process process) {
    this.process = process;
    this.output = process.inputReader(StandardCharsets.UTF_8);
  }

  /** Starts a command and returns at once. */
  static JarProcess run(Path folder, Map<String, String> environment, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-jar",
                Path.of(System.getProperty("statekeep.jar", "target/statekeep.jar"))
                    .toAbsolutePath()
                    .toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("STATEKEEP_"));
    builder.environment().putAll(environment);
    try {
      return new JarProcess(builder.start());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts a node on free ports and waits until it serves. */
  static JarProcess serve(Path folder, Map<String, String> environment) {
    JarProcess node = start(folder, environment);
    node.awaitServing();
    return node;
  }

  /** Starts a node on free ports and returns at once. */
  static JarProcess start(Path folder, Map<String, String> environment) {
    Map<String, String> settings = new HashMap<>(environment);
    settings.putIfAbsent("STATEKEEP_HTTP_PORT", "0");
    settings.putIfAbsent("STATEKEEP_MANAGEMENT_PORT", "0");
    return run(folder, settings);
  }

  private void awaitServing() {
    try {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        lines.add(line);
        Matcher matcher = SERVES.matcher(line);
        if (matcher.find()) {
          port = Integer.parseInt(matcher.group(1));
          managementPort = Integer.parseInt(matcher.group(2));
          return;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new AssertionError("the node ended instead of serving:\n" + String.join("\n", lines));
  }

  HttpProbe http() {
    return new HttpProbe(port);
  }

  int port() {
    return port;
  }

  long pid() {
    return process.pid();
  }

  HttpProbe management() {
    return new HttpProbe(managementPort);
  }

  /** What was written until the node served, or until {@link #exit} returned. */
  String output() {
    return String.join("\n", lines);
  }

  /** Ends the process as a power cut would. */
  void kill() {
    process.destroyForcibly();
    awaitEnd();
  }

  /** Asks the process to end. */
  void terminate() {
    // Through the handle: the process itself would close its output with it.
    process.toHandle().destroy();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** The exit code, when the process has ended by itself or as asked. */
  int exit() {
    try {
      output.lines().forEach(lines::add);
    } catch (UncheckedIOException e) {
      lines.add("(output closed)");
    }
    awaitEnd();
    return process.exitValue();
  }

  private void awaitEnd() {
    try {
      if (!process.waitFor(MAX_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("the process did not end");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    if (process.isAlive()) {
      kill();
    }
  }
}
