package io.statekeep.service;

import io.statekeep.service.config.Config;
import io.statekeep.service.config.ConfigKey;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a command finds its configuration. */
final class ConfigOption {
  private final Map<String, String> environment;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "YAML file; STATEKEEP_CONFIG in the environment names one, too.")
  private @Nullable Path file;

  ConfigOption(Map<String, String> environment) {
    this.environment = environment;
  }

  /** The configuration, checked; the log is set up by it. */
  Config load() {
    Config config = Config.load(file, environment);
    LogSetup.apply(config.log());
    return config;
  }

  /** All keys with their values in effect, secrets masked. */
  Map<ConfigKey, String> texts() {
    return Config.texts(file, environment);
  }
}
