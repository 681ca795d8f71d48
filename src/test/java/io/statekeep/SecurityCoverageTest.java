package io.statekeep;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.AnnotatedElement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.platform.commons.annotation.Testable;
import org.junit.platform.commons.support.AnnotationSupport;

/** The table of docs/security.md has every requirement once, and names tests that there are. */
class SecurityCoverageTest {
  private static final Path PAGE = Path.of("docs/security.md");
  private static final Path TESTS = Path.of("src/test/java");
  private static final Map<String, Integer> REQUIREMENTS =
      Map.of("T", 24, "C", 11, "P", 13, "S", 7, "A", 23, "D", 18, "F", 47);
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| *([A-Z]\\d+) *\\|([^|\\n]*)\\|([^|\\n]*)\\|$");
  // A class, or a class and what is declared in it.
  private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w*)(?:\\.(\\w+))?`");

  private static Map<String, String> classes;

  @BeforeAll
  static void findClasses() throws IOException {
    try (Stream<Path> files = Files.walk(TESTS)) {
      classes =
          files
              .filter(file -> file.toString().endsWith(".java"))
              .map(file -> TESTS.relativize(file).toString().replaceAll("\\.java$", ""))
              .map(file -> file.replace('/', '.'))
              .filter(name -> !name.endsWith("package-info"))
              .collect(
                  Collectors.toMap(
                      name -> name.substring(name.lastIndexOf('.') + 1), Function.identity()));
    }
  }

  @Test
  void everyRequirementIsThereOnceWithTestsThatExist() throws IOException {
    assertThat(problems(Files.readString(PAGE))).isEmpty();
  }

  @Test
  void mostRequirementsHaveTests() throws IOException {
    long rows = ROW.matcher(Files.readString(PAGE)).results().count();
    long tested =
        ROW.matcher(Files.readString(PAGE))
            .results()
            .filter(row -> NAMED.matcher(row.group(3)).find())
            .count();
    assertThat(tested).isBetween(rows * 3 / 4, rows);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      textBlock =
          """
          | T01 | x | `NoSuchTest` |                                     ; T01: there is no NoSuchTest
          | T01 | x | `ArchitectureTest.noSuchRule` |                    ; T01: there is no test ArchitectureTest.noSuchRule
          | T01 | x | `ArchitectureTest.JDK` |                           ; T01: there is no test ArchitectureTest.JDK
          | T01 | x | `SecurityCoverageTest.problems` |                  ; T01: there is no test SecurityCoverageTest.problems
          | T01 | x | `Await.await` |                                    ; T01: there is no test Await.await
          | T01 | x | `HttpProbe` |                                      ; T01: HttpProbe holds no test
          | T01 | x |  |                                                 ; T01: neither a test nor a reason
          | T01 |  | `ArchitectureTest` |                                ; T01: no requirement
          | X01 | x | y |                                                ; X01: there is no such requirement
          | T25 | x | y |                                                ; T25: there is no such requirement
          | T01 | x | `ArchitectureTest.nobodySleeps` |                  ; T02: there 0 times
          """)
  void aMistakeInTheTableIsFound(String row, String problem) {
    assertThat(problems(row)).contains(problem);
  }

  @Test
  void aRequirementThatIsThereTwiceIsFound() {
    String row = "| C03 | x | `ArchitectureTest`, `SecurityCoverageTest` |\n";
    assertThat(problems(row)).noneMatch(problem -> problem.startsWith("C03"));
    assertThat(problems(row + row)).contains("C03: there 2 times");
  }

  private static List<String> problems(String page) {
    List<String> problems = new ArrayList<>();
    Map<String, Integer> counts = new TreeMap<>();
    REQUIREMENTS.forEach(
        (letter, count) ->
            IntStream.rangeClosed(1, count)
                .forEach(i -> counts.put("%s%02d".formatted(letter, i), 0)));
    for (MatchResult row : ROW.matcher(page).results().toList()) {
      String id = row.group(1);
      if (counts.computeIfPresent(id, (key, count) -> count + 1) == null) {
        problems.add(id + ": there is no such requirement");
      }
      if (row.group(2).isBlank()) {
        problems.add(id + ": no requirement");
      }
      if (row.group(3).isBlank()) {
        problems.add(id + ": neither a test nor a reason");
      }
      for (MatchResult named : NAMED.matcher(row.group(3)).results().toList()) {
        problem(named.group(1), named.group(2)).ifPresent(text -> problems.add(id + ": " + text));
      }
    }
    counts.forEach(
        (id, count) -> {
          if (count != 1) {
            problems.add(id + ": there " + count + " times");
          }
        });
    return problems;
  }

  /** What is wrong with a class, or with a class and a test of it. */
  private static Optional<String> problem(String simpleName, String test) {
    String name = classes.get(simpleName);
    if (name == null) {
      return Optional.of("there is no " + simpleName);
    }
    if (test == null) {
      return testsOf(name).isEmpty()
          ? Optional.of(simpleName + " holds no test")
          : Optional.empty();
    }
    // A test that is inherited is named by the class that declares it.
    return declaredBy(load(name)).contains(test)
        ? Optional.empty()
        : Optional.of("there is no test " + simpleName + "." + test);
  }

  /** The tests that run as part of a class, inherited ones included. */
  private static List<String> testsOf(String name) {
    List<String> tests = new ArrayList<>();
    for (Class<?> type = load(name); type != null; type = type.getSuperclass()) {
      tests.addAll(declaredBy(type));
    }
    return tests;
  }

  private static List<String> declaredBy(Class<?> type) {
    Stream<String> methods =
        Arrays.stream(type.getDeclaredMethods())
            .filter(SecurityCoverageTest::isTest)
            .map(method -> method.getName());
    Stream<String> rules =
        Arrays.stream(type.getDeclaredFields())
            .filter(SecurityCoverageTest::isTest)
            .map(field -> field.getName());
    return Stream.concat(methods, rules).toList();
  }

  // Whatever an engine runs: of JUnit, jqwik, ArchUnit, Jazzer.
  private static boolean isTest(AnnotatedElement element) {
    return AnnotationSupport.isAnnotated(element, Testable.class);
  }

  // Without initialising it: many a test class starts a server then.
  private static Class<?> load(String name) {
    try {
      return Class.forName(name, false, SecurityCoverageTest.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }
}
