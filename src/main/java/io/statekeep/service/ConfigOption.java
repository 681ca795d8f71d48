package io.statekeep.service;

import ch.qos.logback.core.joran.spi.ConsoleTarget;
import io.statekeep.service.config.Config;
import io.statekeep.service.config.ConfigKey;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a command finds its configuration. */
final class ConfigOption {
  private static final Config.Log UNTIL_CONFIGURED = new Config.Log("WARN", false);

  private final Map<String, String> environment;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "YAML file; STATEKEEP_CONFIG in the environment names one, too.")
  private @Nullable Path file;

  ConfigOption(Map<String, String> environment) {
    this.environment = environment;
  }

  /** The configuration, checked, for a node, which writes its log to standard output. */
  Config forNode() {
    return load(ConsoleTarget.SystemOut);
  }

  /** The configuration, checked, for a command, whose answer is alone on standard output. */
  Config forCommand() {
    return load(ConsoleTarget.SystemErr);
  }

  private Config load(ConsoleTarget log) {
    // Libraries that the reading wakes up must not write where an answer goes.
    LogSetup.apply(UNTIL_CONFIGURED, ConsoleTarget.SystemErr);
    Config config = Config.load(file, environment);
    LogSetup.apply(config.log(), log);
    return config;
  }

  /** All keys with their values in effect, secrets masked. */
  Map<ConfigKey, String> texts() {
    return Config.texts(file, environment);
  }
}
