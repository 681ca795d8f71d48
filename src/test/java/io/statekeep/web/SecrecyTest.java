package io.statekeep.web;

import static io.statekeep.testing.Await.await;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import io.statekeep.service.RunningServer;
import io.statekeep.testing.ApiProbe;
import io.statekeep.testing.Backend;
import io.statekeep.testing.HttpProbe;
import io.statekeep.testing.RedisShell;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/**
 * Nothing that we write down, at any level, holds a token, a key, a password or what a session
 * holds; and no store holds a token.
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
      ApiProbe api = new ApiProbe(server.port());
      String begun = api.begin("{\"subject\": \"hush-hush\"}").getString("token");
      String[] current = {"Session-Token", begun};
      api.get("/v1/sessions/current", current);
      api.get("/v1/sessions/" + begun);
      api.patch("/v1/sessions/current", "{\"attributes\": {\"a\": \"private-matter\"}", current);
      api.get("/v1/verify?token=" + begun, current);
      api.get("/v1/sessions", "Authorization", "Bearer wrong-api-key-of-somebody");
      api.post("/v1/sessions", "{}", "Idempotency-Key", "once-and-never-again");
      String rotated =
          api.post("/v1/sessions/current/rotate", "", current).json().getString("token");
      secrets.addAll(
          List.of(
              begun,
              rotated,
              "hush-hush",
              ApiProbe.SECRET,
              ApiProbe.READ_ONLY,
              "wrong-api-key-of-somebody",
              "once-and-never-again"));
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

  @ParameterizedTest
  @EnumSource(
      value = Backend.class,
      names = {"HSQLDB", "POSTGRES", "MARIADB", "REDIS"})
  void noStoreHoldsAToken(Backend backend) throws Exception {
    Map<String, String> settings = backend.newSettings();
    settings.put("USERS_FILE", "src/test/resources/users");
    String token;
    String login;
    try (RunningServer server = RunningServer.start(settings)) {
      HttpProbe http = new HttpProbe(server.port());
      String form = "application/x-www-form-urlencoded";
      token = http.get("/set_session?note=kept-in-the-store").token();
      login = http.post("/login", token, form, "username=alice&password=secret").token();
      http.get("/update_session", login);
    }
    String held = contents(settings);
    assertThat(held).contains("kept-in-the-store");
    for (String secret : List.of(token, login)) {
      String random = secret.substring(0, 43);
      byte[] bytes = Base64.getUrlDecoder().decode(random);
      assertThat(held)
          .doesNotContain(random)
          .doesNotContain(secret.substring(44))
          .doesNotContainIgnoringCase(HexFormat.of().formatHex(bytes))
          .doesNotContain(new String(bytes, ISO_8859_1));
    }
  }

  /** Everything that the store of these settings has, byte for byte, as ISO-8859-1. */
  private static String contents(Map<String, String> settings) throws Exception {
    if (settings.containsKey("REDIS_URL")) {
      return ofRedis(settings.get("REDIS_URL"), settings.get("REDIS_PREFIX"));
    }
    String url = settings.get("JDBC_URL");
    return url.startsWith("jdbc:hsqldb:file:")
        ? ofFiles(Path.of(url.substring("jdbc:hsqldb:file:".length())).getParent())
        : ofTables(url, settings.get("JDBC_USER"));
  }

  private static String ofFiles(Path folder) throws IOException {
    StringBuilder held = new StringBuilder();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        held.append(file.getFileName()).append(Files.readString(file, ISO_8859_1));
      }
    }
    return held.toString();
  }

  private static String ofTables(String url, String user) throws SQLException {
    StringBuilder held = new StringBuilder();
    try (Connection connection = DriverManager.getConnection(url, user, "");
        Statement statement = connection.createStatement()) {
      for (String table : List.of("session", "event", "repeat")) {
        try (ResultSet rows = statement.executeQuery("SELECT * FROM statekeep_" + table)) {
          while (rows.next()) {
            for (int column = 1; column <= rows.getMetaData().getColumnCount(); column++) {
              held.append(rows.getString(column)).append('\n');
            }
          }
        }
      }
    }
    return held.toString();
  }

  private static String ofRedis(String url, String prefix) {
    StringBuilder held = new StringBuilder();
    Vertx vertx = Vertx.vertx();
    try (RedisShell shell = new RedisShell(vertx, url)) {
      for (Response name : shell.run("KEYS", prefix + "*")) {
        String key = name.toString();
        Response content =
            switch (shell.run("TYPE", key).toString()) {
              case "hash" -> shell.run("HGETALL", key);
              case "stream" -> shell.run("XRANGE", key, "-", "+");
              case "string" -> shell.run("GET", key);
              default -> shell.run("ZRANGE", key, "0", "-1");
            };
        held.append(key).append(content).append('\n');
      }
    }
    await(vertx.close());
    return held.toString();
  }
}
