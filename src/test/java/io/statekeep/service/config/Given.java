package io.statekeep.service.config;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** What the tests of the configuration say again and again. */
final class Given {
  private Given() {}

  /** An environment of names and values in turn. */
  static Map<String, String> environment(String... namesAndValues) {
    Map<String, String> environment = new HashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      environment.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return environment;
  }

  /** The configuration without a file. */
  static Config config(String... namesAndValues) {
    return Config.load(null, environment(namesAndValues));
  }

  /** What is wrong with the configuration without a file. */
  static List<String> problems(String... namesAndValues) {
    return problemsOf(() -> config(namesAndValues));
  }

  /** What a call finds wrong; fails if that is nothing. */
  static List<String> problemsOf(ThrowingCallable call) {
    ConfigException refusal = catchThrowableOfType(ConfigException.class, call);
    if (refusal == null) {
      throw new AssertionError("the configuration was accepted");
    }
    return refusal.problems();
  }
}
