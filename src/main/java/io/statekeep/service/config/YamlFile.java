package io.statekeep.service.config;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.YamlUnicodeReader;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * Reads keys from a file of YAML, where {@code a.b: x} and a mapping {@code b: x} under {@code a}
 * mean the same.
 */
final class YamlFile {
  private final Map<ConfigKey, String> values;
  private final List<String> problems;
  private final Set<String> paths = new HashSet<>();

  /**
   * @param values takes what the file says
   * @param problems takes what is wrong with it
   */
  YamlFile(Map<ConfigKey, String> values, List<String> problems) {
    this.values = values;
    this.problems = problems;
  }

  void read(Path file) {
    try {
      Optional<Node> root = root(new ByteArrayInputStream(Files.readAllBytes(file)));
      if (root.orElse(null) instanceof MappingNode map) {
        readMap("", map);
      } else if (!root.map(YamlFile::isNothing).orElse(true)) {
        problems.add(file + ": is not a YAML mapping");
      }
    } catch (IOException e) {
      problems.add(file + ": cannot be read: " + e.getClass().getSimpleName());
    } catch (YamlEngineException e) {
      problems.add(file + ": is not valid YAML" + placeOf(e));
    }
  }

  // Nodes keep each scalar as it is written: a password 1.10 is not the number 1.1.
  private static Optional<Node> root(InputStream in) {
    LoadSettings settings = LoadSettings.builder().build();
    StreamReader text = new StreamReader(settings, new YamlUnicodeReader(in));
    return new Composer(settings, new ParserImpl(settings, text)).getSingleNode();
  }

  // The place alone: the parser's own words may quote a secret.
  private static String placeOf(YamlEngineException failure) {
    return failure instanceof MarkedYamlEngineException marked
        ? marked.getProblemMark().map(YamlFile::text).orElse("")
        : "";
  }

  private static String text(Mark mark) {
    return " at line " + (mark.getLine() + 1) + ", column " + (mark.getColumn() + 1);
  }

  private void readMap(String parent, MappingNode map) {
    for (NodeTuple entry : map.getValue()) {
      String path =
          parent + (entry.getKeyNode() instanceof ScalarNode name ? name.getValue() : "?");
      if (!paths.add(path)) {
        String again = entry.getKeyNode().getStartMark().map(YamlFile::text).orElse("");
        problems.add(path + ": is there twice, again" + again);
      } else if (isSection(path) && entry.getValueNode() instanceof MappingNode nested) {
        readMap(path + ".", nested);
      } else {
        readEntry(path, entry.getValueNode());
      }
    }
  }

  // Only a known path is followed, so that a file which refers to itself has an end.
  private static boolean isSection(String path) {
    return Arrays.stream(ConfigKey.values()).anyMatch(key -> key.path().startsWith(path + "."));
  }

  private void readEntry(String path, Node value) {
    Optional<ConfigKey> key =
        Arrays.stream(ConfigKey.values()).filter(known -> known.path().equals(path)).findFirst();
    // A key or a section without a value says nothing.
    boolean silent = isNothing(value) && (key.isPresent() || isSection(path));
    if (key.isEmpty() && !silent) {
      problems.add(path + ": there is no such key");
    } else if (!silent) {
      text(value)
          .ifPresentOrElse(
              text -> key.ifPresent(known -> values.put(known, text)),
              () -> problems.add(path + ": must be a single value or a list of single values"));
    }
  }

  private static boolean isNothing(Node node) {
    return node.getTag().equals(Tag.NULL);
  }

  private static Optional<String> text(Node value) {
    if (!(value instanceof SequenceNode list)) {
      return scalar(value);
    }
    List<String> texts = list.getValue().stream().flatMap(item -> scalar(item).stream()).toList();
    return texts.size() == list.getValue().size()
        ? Optional.of(String.join(",", texts))
        : Optional.empty();
  }

  private static Optional<String> scalar(Node node) {
    return node instanceof ScalarNode scalar && !isNothing(node)
        ? Optional.of(scalar.getValue())
        : Optional.empty();
  }
}
