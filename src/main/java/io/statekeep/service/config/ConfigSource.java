package io.statekeep.service.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

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
      source.readFile(Path.of(named));
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
    LoadSettings settings =
        LoadSettings.builder().setLabel(file.toString()).setAllowDuplicateKeys(false).build();
    try (InputStream in = Files.newInputStream(file)) {
      Object root = new Load(settings).loadFromInputStream(in);
      if (root instanceof Map<?, ?> map) {
        readMap("", map);
      } else if (root != null) {
        problems.add(file + ": is not a YAML mapping");
      }
    } catch (IOException e) {
      problems.add(file + ": cannot be read: " + e.getClass().getSimpleName());
    } catch (YamlEngineException e) {
      problems.add(file + ": is not valid YAML: " + firstLine(e.getMessage()));
    }
  }

  private static String firstLine(@Nullable String text) {
    return text == null ? "" : text.lines().findFirst().orElse("");
  }

  private void readMap(String parent, Map<?, ?> map) {
    map.forEach(
        (name, value) -> {
          String path = parent + name;
          if (value instanceof Map<?, ?> nested) {
            readMap(path + ".", nested);
          } else {
            readEntry(path, value);
          }
        });
  }

  private void readEntry(String path, @Nullable Object value) {
    for (ConfigKey key : ConfigKey.values()) {
      if (key.path().equals(path)) {
        // A key without a value says nothing.
        if (value != null) {
          values.put(key, text(value));
        }
        return;
      }
    }
    problems.add(path + ": there is no such key");
  }

  private static String text(Object value) {
    return value instanceof Collection<?> list
        ? list.stream().map(String::valueOf).collect(Collectors.joining(","))
        : value.toString();
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
      readSecret(name, Path.of(value), target);
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
