package io.statekeep.service;

import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Shows what the configuration is, or what is wrong with it. */
@Command(
    name = "config",
    description = "Check or print the configuration.",
    mixinStandardHelpOptions = true)
final class ConfigCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Which command? There are: check, print");
  }

  @Command(
      name = "check",
      description = "Say whether the configuration is valid: exit 0, or 2 with every problem.",
      mixinStandardHelpOptions = true)
  void check(@Mixin ConfigOption options) {
    options.forCommand();
    spec.commandLine().getOut().println("The configuration is valid.");
  }

  @Command(
      name = "print",
      description = "Print every key with its value in effect, secrets masked.",
      mixinStandardHelpOptions = true)
  void print(@Mixin ConfigOption options) {
    PrintWriter out = spec.commandLine().getOut();
    options
        .texts()
        .forEach((key, text) -> out.println(key.path() + ": " + (text.isEmpty() ? "\"\"" : text)));
    options.forCommand();
  }
}
