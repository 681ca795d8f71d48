package io.statekeep.service.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the file and the environment say, as text by key, and what is wrong with how they say it.
 */
final class ConfigSource {
  private static final String PREFIX = "STATEKEEP_";
  private static final String FILE_SUFFIX = "_FILE";
  private static final String CONFIG = "STATEKEEP_CONFIG";

  private final Map<ConfigKey, String> values = new EnumMap<>(ConfigKey.class);
  private final List<String> problems = new ArrayList<>();

  private ConfigSource() {}

  /**
   * Reads both.
   *
   * @param file given on the command line; else the environment may name one
   */
  static ConfigSource read(@Nullable Path file, Map<String, String> environment) {
    ConfigSource source = new ConfigSource();
    String named = environment.get(CONFIG);
    if (file != null) {
      source.readFile(file);
    } else if (named != null && !named.isEmpty()) {
      source.path(CONFIG, named).ifPresent(source::readFile);
    }
    new TreeMap<>(environment)
        .forEach((name, value) -> source.readVariable(name, value, environment));
    return source;
  }

  Map<ConfigKey, String> values() {
    return values;
  }

  List<String> problems() {
    return problems;
  }

  private void readFile(Path file) {
    new YamlFile(values, problems).read(file);
  }

  private Optional<Path> path(String variable, String text) {
    try {
      return Optional.of(Path.of(text));
    } catch (InvalidPathException e) {
      problems.add(variable + ": is not a path");
      return Optional.empty();
    }
  }

  private void readVariable(String name, String value, Map<String, String> environment) {
    if (!name.startsWith(PREFIX) || name.equals(CONFIG) || isFromKubernetes(name)) {
      return;
    }
    ConfigKey key = keyOf(name);
    if (key != null) {
      values.put(key, value);
      return;
    }
    ConfigKey target =
        name.endsWith(FILE_SUFFIX)
            ? keyOf(name.substring(0, name.length() - FILE_SUFFIX.length()))
            : null;
    if (target == null) {
      problems.add(name + ": there is no such key");
    } else if (environment.containsKey(target.environmentName())) {
      problems.add(
          name + ": " + target.environmentName() + " is set, too: only one of them may be");
    } else {
      path(name, value).ifPresent(file -> readSecret(name, file, target));
    }
  }

  private void readSecret(String name, Path file, ConfigKey key) {
    try {
      values.put(key, Files.readString(file).strip());
    } catch (IOException e) {
      problems.add(name + " = " + file + ": cannot be read: " + e.getClass().getSimpleName());
    }
  }

  private static @Nullable ConfigKey keyOf(String variable) {
    for (ConfigKey key : ConfigKey.values()) {
      if (key.environmentName().equals(variable)) {
        return key;
      }
    }
    return null;
  }

  // Kubernetes tells every container of a service named "statekeep" where that is.
  private static boolean isFromKubernetes(String name) {
    return name.startsWith("STATEKEEP_SERVICE_")
        || name.equals("STATEKEEP_PORT")
        || name.startsWith("STATEKEEP_PORT_");
  }
}
