package io.statekeep.service;

import java.util.Map;
import java.util.Properties;

/**
 * What the JVM and Netty do by themselves at a start that this service has no use for. They read
 * these properties once, when they are first used.
 */
final class JvmDefaults {
  private static final Map<String, String> PROPERTIES =
      Map.of(
          // The first buffer would wait until all of JFR is set up, to tell it of each.
          "io.netty.jfr.enabled", "false",
          // The first calendar would wait for the list of all languages; none is spoken here. There
          // are no providers on the class path, which leaves the JDK's root locale.
          "java.locale.providers", "SPI",
          // From JDK 18 on. Nothing is reflected on so often that a class made for it would pay.
          "jdk.reflect.useNativeAccessorOnly", "true");

  private JvmDefaults() {}

  /** Adds them to the system's properties; what the command line set stands. */
  static void addTo(Properties system) {
    PROPERTIES.forEach(system::putIfAbsent);
  }
}
