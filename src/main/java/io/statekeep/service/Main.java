package io.statekeep.service;

import io.statekeep.service.config.ConfigException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command line. Exit 0: done, 1: failed, 2: wrong usage or configuration. */
@Command(
    name = "statekeep",
    description = "The session and cookie service for the web.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = {
      ServeCommand.class,
      PurgeCommand.class,
      SessionsCommand.class,
      KeysCommand.class,
      ConfigCommand.class,
      HealthCommand.class
    })
public final class Main implements Runnable {
  static final int FAILED = 1;
  static final int WRONG = 2;
  // Not an exit code: nobody foresaw the failure.
  private static final int UNKNOWN = -2;

  @Spec private CommandSpec spec;

  private Main() {}

  /** Runs a command; {@code serve} if none is named. */
  public static void main(String[] arguments) {
    JvmDefaults.addTo(System.getProperties());
    int exit = run(System.getenv(), arguments);
    if (exit != ServeCommand.RUNNING) {
      System.exit(exit);
    }
  }

  /** Runs a command in this environment, on the standard streams. */
  static int run(Map<String, String> environment, String... arguments) {
    boolean serves = arguments.length == 0 || List.of(arguments).equals(List.of("serve"));
    return serves ? serve(environment) : command(environment, arguments);
  }

  // Without the library that reads command lines, which takes a third of the start.
  private static int serve(Map<String, String> environment) {
    try {
      return new ServeCommand(new ConfigOption(environment)).call();
    } catch (Exception e) {
      int exit = explain(e, System.err::println);
      if (exit == UNKNOWN) {
        e.printStackTrace(System.err);
        return FAILED;
      }
      return exit;
    }
  }

  private static int command(Map<String, String> environment, String... arguments) {
    return new CommandLine(new Main(), new Options(environment))
        .setExecutionExceptionHandler(Main::explain)
        .execute(understood(arguments));
  }

  /** Tells the options of commands what the environment is. */
  private record Options(Map<String, String> environment) implements CommandLine.IFactory {
    @Override
    public <K> K create(Class<K> type) throws Exception {
      return type == ConfigOption.class
          ? type.cast(new ConfigOption(environment))
          : CommandLine.defaultFactory().create(type);
    }
  }

  // Options without a command are those of serve.
  private static String[] understood(String[] arguments) {
    List<String> line = new ArrayList<>(List.of(arguments));
    if (line.isEmpty() || line.get(0).startsWith("--config")) {
      line.add(0, "serve");
    }
    return line.get(0).equals("sessions")
        ? SessionsCommand.withIdsLast(line).toArray(new String[0])
        : line.toArray(new String[0]);
  }

  private static int explain(Exception failure, CommandLine command, CommandLine.ParseResult parsed)
      throws Exception {
    int exit = explain(failure, command.getErr()::println);
    if (exit == UNKNOWN) {
      throw failure;
    }
    return exit;
  }

  private static int explain(Exception failure, Consumer<String> err) {
    if (failure instanceof ConfigException) {
      err.accept(String.valueOf(failure.getMessage()));
      return WRONG;
    }
    if (failure instanceof StartException) {
      err.accept("statekeep: " + failure.getMessage());
      return FAILED;
    }
    return UNKNOWN;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "There is no command.");
  }
}
