package io.statekeep.service;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Nobody whose words come into the log can write an event of their own. */
class LogSetupTest {
  private static final String FORGED = "2026-01-01T00:00:00.000Z INFO  Server - forged";
  private static final List<String> ENDS_OF_LINES =
      List.of(
          "\n", "\r", "\r\n", "\u0085", "\u2028", "\u2029", "\u000b", "\f", "\u001b[2K\u001b[1G");

  private final LoggerContext context = new LoggerContext();

  private String encoded(boolean json, String message, @Nullable Throwable failure) {
    LoggingEvent event =
        new LoggingEvent(
            "", context.getLogger("test.Source"), Level.INFO, message, failure, new Object[0]);
    event.setInstant(Instant.EPOCH);
    event.setMDCPropertyMap(Map.of());
    return new String(LogSetup.encoder(context, json).encode(event), StandardCharsets.UTF_8);
  }

  @Test
  void anEventIsOneLineWhateverItsText() {
    for (String end : ENDS_OF_LINES) {
      String line = encoded(false, "a" + end + FORGED + " ${jndi:ldap://x/}", null);
      assertThat(line)
          .startsWith("1970-01-01T00:00:00.000Z INFO  Source - a ")
          .endsWith(FORGED + " ${jndi:ldap://x/}" + System.lineSeparator());
      assertThat(line.strip()).doesNotContainPattern("[\\p{Cc}\\u2028\\u2029]");
    }
  }

  @Test
  void noLineOfATracePassesForAnEvent() {
    for (String end : ENDS_OF_LINES) {
      IllegalStateException cause = new IllegalStateException("a" + end + FORGED);
      String text = encoded(false, "failed", new IllegalStateException("b" + end + FORGED, cause));
      assertThat(text).contains("Caused by: ", "\tat ").doesNotContain("\u001b");
      assertThat(text.split("\\R", -1)).noneMatch(line -> line.startsWith("2026-01-01"));
    }
  }

  @Test
  void anEventOfJsonIsOneObjectOnOneLine() {
    for (String end : ENDS_OF_LINES) {
      String message = "a" + end + "\"},{\"x\":\"" + FORGED;
      IllegalStateException failure = new IllegalStateException(message);
      String line = encoded(true, message, failure);
      assertThat(line.strip()).doesNotContain("\n", "\r", "\u001b");
      assertThat(new JsonObject(line).getString("message")).isEqualTo(message);
    }
  }
}
