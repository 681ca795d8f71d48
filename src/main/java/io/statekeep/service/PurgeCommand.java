package io.statekeep.service;

import io.statekeep.service.config.Config;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Frees expired sessions once, for stores that no node serves. */
@Command(
    name = "purge",
    description = "Free what expired sessions hold, and exit.",
    mixinStandardHelpOptions = true)
final class PurgeCommand implements Callable<Integer> {
  @Mixin private ConfigOption options;
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    Config config = options.forCommand();
    try (StoreAccess access = StoreAccess.open(config)) {
      int batch = config.purge().batch();
      int seen = 0;
      int round = batch;
      while (round == batch) {
        round = access.ask(store -> store.purgeExpired(batch));
        seen += round;
      }
      spec.commandLine().getOut().println("purged: " + seen);
    }
    return 0;
  }
}
