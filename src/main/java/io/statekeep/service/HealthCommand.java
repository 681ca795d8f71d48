package io.statekeep.service;

import io.statekeep.service.config.Config;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/**
 * Asks a running node whether it is ready; for containers that have no other client to ask with.
 */
@Command(
    name = "health",
    description = "Ask the node of this configuration, on this machine, whether it is ready.",
    mixinStandardHelpOptions = true)
final class HealthCommand implements Callable<Integer> {
  @Mixin private ConfigOption options;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Config config = options.forCommand();
    Config.Listener listener = config.management();
    if (listener.port() == 0) {
      throw new StartException("management.port = 0: which port was free is not known here", null);
    }
    new Trial(config).requireReady(listener.port());
    spec.commandLine().getOut().println("ready");
    return 0;
  }
}
