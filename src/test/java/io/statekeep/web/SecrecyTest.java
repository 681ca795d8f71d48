package io.statekeep.web;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import io.statekeep.service.RunningServer;
import io.statekeep.testing.Backend;
import io.statekeep.testing.HttpProbe;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/**
 * Nothing that we write down, at any level, holds a token, a key, a password or what a session
 * holds.
 */
class SecrecyTest {
  private final Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
  private final Level before = root.getLevel();
  private final List<String> written = new CopyOnWriteArrayList<>();
  private final AppenderBase<ILoggingEvent> recorder =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          // What drivers and the platform write at their finest levels is theirs, and off unless
          // somebody asks for it.
          boolean ours =
              event.getLoggerName().startsWith("io.statekeep")
                  || event.getLevel().isGreaterOrEqual(Level.INFO);
          if (ours) {
            String trace =
                event.getThrowableProxy() == null
                    ? ""
                    : ThrowableProxyUtil.asString(event.getThrowableProxy());
            written.add(event.getFormattedMessage() + " " + event.getThreadName() + trace);
          }
        }
      };

  @BeforeEach
  void record() {
    recorder.start();
    root.addAppender(recorder);
    ((Logger) LoggerFactory.getLogger("io.statekeep")).setLevel(Level.TRACE);
  }

  @AfterEach
  void stop() {
    root.detachAppender(recorder);
    ((Logger) LoggerFactory.getLogger("io.statekeep")).setLevel(null);
    root.setLevel(before);
  }

  @ParameterizedTest
  @EnumSource(
      value = Backend.class,
      names = {"LOCAL", "LAYERED_HSQLDB", "POSTGRES", "LAYERED_REDIS"})
  void noSecretIsWrittenDown(Backend backend) {
    Map<String, String> settings = backend.newSettings();
    settings.put("USERS_FILE", "src/test/resources/users");
    List<String> secrets = new CopyOnWriteArrayList<>();
    secrets.add(settings.get("TOKEN_SIGNING_KEYS"));
    try (RunningServer server = RunningServer.start(settings)) {
      HttpProbe http = new HttpProbe(server.port());
      String form = "application/x-www-form-urlencoded";
      String token = http.get("/set_session?user_id=5&note=private-matter").token();
      http.get("/get_session", token);
      http.get("/update_session", token);
      String login = http.post("/login", token, form, "username=alice&password=secret").token();
      http.post("/login", login, form, "username=alice&password=wrong-pass-word");
      http.get("/set_session?counter=text", login);
      http.get("/update_session", login);
      http.get("/get_session?sid=" + login);
      http.getWithCookies("/get_session", "sessionid=" + login + "; sessionid=" + token);
      http.get("/set_session?note=" + "x".repeat(7000), login);
      http.get("/nothing?token=" + login, login);
      http.raw("GET /get_session HTTP/1.1\r\nHost x\r\nCookie: sessionid=" + login + "\r\n\r\n");
      String metrics = new HttpProbe(server.managementPort()).get("/metrics").body();
      http.post("/logout", login, form, "");
      secrets.addAll(List.of(token, login, "private-matter", "wrong-pass-word"));
      for (String secret : secrets) {
        // The random part alone is as good as the whole.
        String telling = secret.substring(0, Math.min(secret.length(), 40));
        assertThat(written).noneMatch(line -> line.contains(telling));
        assertThat(metrics).doesNotContain(telling);
      }
    }
  }
}
