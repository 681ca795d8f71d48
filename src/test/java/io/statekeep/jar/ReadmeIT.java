package io.statekeep.jar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.statekeep.testing.HttpProbe;
import io.statekeep.testing.HttpProbe.Answer;
import java.io.IOException;
import java.net.HttpCookie;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the README shows, happens. */
class ReadmeIT {
  private static final Path README = Path.of("README.md");
  private static final Pattern TRANSCRIPT = Pattern.compile("(?s)```console\n(.*?)```");
  private static final Pattern URL = Pattern.compile("http://127\\.0\\.0\\.1:(\\d+)(/[^' ]*)");

  @TempDir Path folder;

  private final Map<String, String> jar = new LinkedHashMap<>();

  /** A command and what it prints. */
  private record Exchange(String command, String printed) {}

  @Test
  void theTranscriptsOfTheReadmeAreTrue() throws IOException {
    List<Exchange> exchanges = exchanges(Files.readString(README));
    assertThat(exchanges).hasSizeGreaterThan(9);
    try (JarProcess node = JarProcess.serve(folder, Map.of())) {
      for (Exchange exchange : exchanges) {
        assertThat(run(exchange.command(), node))
            .as(exchange.command())
            .isEqualTo(exchange.printed());
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          sh      | #!/bin/sh | (?s).*"cart","value":1}.*"theme":"dark"}.*"cart":1,"theme":"dark"}.*"revoked":1}.*
          python3 | import    | 2\\n\\{'cart': 2}\\n1\\n
          """)
  void theClientsOfTheReadmeWork(String command, String beginning, String printed)
      throws IOException {
    String language = command.replace("3", "");
    Matcher block =
        Pattern.compile("(?s)```" + language + "\\n(" + beginning + ".*?)```")
            .matcher(Files.readString(README));
    assertThat(block.find()).isTrue();
    assertThat(block.group(1).lines()).hasSizeLessThan(24);
    assumeTrue(isInstalled(command) && isInstalled("curl"), command + " is not installed");
    try (JarProcess node = JarProcess.serve(folder, Map.of())) {
      Path script = folder.resolve("client");
      Files.writeString(script, block.group(1).replace(":8080", ":" + node.port()));
      Process client =
          new ProcessBuilder(command, script.toString()).directory(folder.toFile()).start();
      String output = new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      String errors = new String(client.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(output).as(errors).matches(printed);
    }
  }

  private static boolean isInstalled(String command) {
    try {
      new ProcessBuilder(command, "--version").start().destroy();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void theDocumentsThatTheReadmeNamesAreThere() throws IOException {
    Matcher links = Pattern.compile("\\]\\(([^)#:]+)\\)").matcher(Files.readString(README));
    while (links.find()) {
      assertThat(Path.of(links.group(1))).exists();
    }
  }

  private static List<Exchange> exchanges(String text) {
    List<Exchange> exchanges = new ArrayList<>();
    Matcher blocks = TRANSCRIPT.matcher(text);
    while (blocks.find()) {
      for (String part : blocks.group(1).split("(?m)^\\$ ", -1)) {
        if (!part.isBlank()) {
          int end = part.indexOf('\n');
          exchanges.add(new Exchange(part.substring(0, end), part.substring(end + 1).strip()));
        }
      }
    }
    return exchanges;
  }

  /** What curl would print: the options that the README uses, and no others. */
  private String run(String command, JarProcess node) {
    String options = command.replaceAll("'?http://.*", "").strip();
    assertThat(options).isIn("curl -s", "curl -s -c jar -b jar");
    Matcher url = URL.matcher(command);
    assertThat(url.find()).isTrue();
    HttpProbe probe = url.group(1).equals("8080") ? node.http() : node.management();
    if (!options.contains("jar")) {
      return probe.get(url.group(2)).body();
    }
    String cookies =
        jar.entrySet().stream()
            .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
            .collect(Collectors.joining("; "));
    Answer answer = probe.getWithCookies(url.group(2), cookies);
    for (String line : answer.setCookies()) {
      HttpCookie cookie = HttpCookie.parse("Set-Cookie: " + line).get(0);
      if (cookie.getMaxAge() == 0) {
        jar.remove(cookie.getName());
      } else {
        jar.put(cookie.getName(), cookie.getValue());
      }
    }
    return answer.body();
  }
}
