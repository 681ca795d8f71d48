package io.statekeep.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Properties;
import org.junit.jupiter.api.Test;

class JvmDefaultsTest {
  @Test
  void theCommandLineStands() {
    Properties system = new Properties();
    system.setProperty("io.netty.jfr.enabled", "true");
    JvmDefaults.addTo(system);
    assertThat(system)
        .containsEntry("io.netty.jfr.enabled", "true")
        .containsEntry("java.locale.providers", "SPI")
        .containsEntry("jdk.reflect.useNativeAccessorOnly", "true");
  }
}
