package io.statekeep.web.api;

import static io.statekeep.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.statekeep.service.RunningServer;
import io.statekeep.testing.ApiProbe;
import io.statekeep.testing.Backend;
import io.statekeep.testing.HttpProbe;
import io.statekeep.testing.HttpProbe.Answer;
import io.statekeep.testing.OwnRedis;
import io.statekeep.testing.Servers;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The sample for nginx, with a real nginx where there is one, and as recorded where there is not.
 */
class NginxTest {
  private static final Path SAMPLE = Path.of("deploy/nginx.conf");
  private static final Path RECORDED = Path.of("deploy/nginx.http");
  private static final Pattern EXCHANGE =
      Pattern.compile("(?m)^### .*\\n((?:[^#=].*\\n)+)=> (\\d{3}) ?(.*)$");

  @TempDir Path folder;

  private String lastToken = "";

  @Test
  void theRecordedQuestionsAreAnswered() throws IOException {
    ApiProbe api = Backend.LAYERED_HSQLDB.sharedApi();
    String alice = api.begin("{\"subject\": \"alice\"}").getString("token");
    String anonymous = api.begin("{}").getString("token");
    List<MatchResult> exchanges = EXCHANGE.matcher(Files.readString(RECORDED)).results().toList();
    assertThat(exchanges).hasSize(5);
    for (MatchResult exchange : exchanges) {
      String question =
          exchange.group(1).replace("ALICE", alice).replace("ANONYMOUS", anonymous)
              + "Connection: close\n\n";
      String answer = api.http().raw(question.replace("\n", "\r\n"));
      assertThat(answer).startsWith("HTTP/1.1 " + exchange.group(2));
      assertThat(answer.contains("\r\nX-Session-Subject: " + exchange.group(3) + "\r\n"))
          .isEqualTo(exchange.group(2).equals("200"));
    }
  }

  @Test
  void nginxLetsThroughWhomStatekeepKnowsAndNobodyElse() throws IOException {
    assumeTrue(isInstalled(), "nginx is not installed");
    OwnRedis redis = OwnRedis.start();
    Map<String, String> settings = new HashMap<>(Backend.REDIS.newSettings());
    settings.put("REDIS_URL", redis.url());
    settings.put("STORE_TIMEOUT", "500ms");
    Vertx vertx = Vertx.vertx();
    Queue<Map<String, String>> seen = new ConcurrentLinkedQueue<>();
    HttpServer application = application(vertx, seen);
    int edge = Servers.freePort();
    try (RunningServer server = RunningServer.start(settings)) {
      Process nginx = start(edge, server.port(), application.actualPort());
      try {
        exchange(new HttpProbe(edge), new ApiProbe(server.port()), seen);
        redis.stop();
        String token = "A".repeat(43) + "." + "A".repeat(43);
        assertThat(new HttpProbe(edge).get("/", token).status()).isEqualTo(401);
        assertThat(new HttpProbe(edge).get("/", lastToken).status()).isEqualTo(500);
        assertThat(seen).isEmpty();
      } finally {
        nginx.destroy();
        nginx.onExit().join();
      }
    } finally {
      redis.stop();
      await(vertx.close());
    }
  }

  private void exchange(HttpProbe edge, ApiProbe api, Queue<Map<String, String>> seen) {
    JsonObject alice = api.begin("{\"subject\": \"alice\"}");
    JsonObject anonymous = api.begin("{}");
    lastToken = alice.getString("token");
    assertThat(edge.get("/page").status()).isEqualTo(401);
    assertThat(edge.get("/page?sessionid=" + lastToken).status()).isEqualTo(401);
    assertThat(edge.get("/page", "forged").status()).isEqualTo(401);
    assertThat(seen).isEmpty();
    Answer page = edge.get("/page", lastToken);
    assertThat(page.status()).isEqualTo(200);
    assertThat(page.body()).isEqualTo("GET /page");
    assertThat(seen.poll())
        .containsEntry("x-session-subject", "alice")
        .containsEntry("x-session-id", alice.getString("id"))
        .containsEntry("x-session-expires", alice.getString("expires_at"));
    Answer posted =
        edge.send(
            pretending(edge, "/form", anonymous.getString("token"))
                .POST(HttpRequest.BodyPublishers.ofString("a=b")));
    assertThat(posted.body()).isEqualTo("POST /form");
    // Of all that the client claimed to be, nothing is left.
    assertThat(seen.poll())
        .containsEntry("x-session-id", anonymous.getString("id"))
        .doesNotContainValue("root")
        .doesNotContainKey("session-token");
    for (String method : List.of("HEAD", "OPTIONS", "DELETE")) {
      Answer answer =
          edge.send(
              pretending(edge, "/page", anonymous.getString("token"))
                  .method(method, HttpRequest.BodyPublishers.noBody()));
      assertThat(answer.status()).isEqualTo(200);
      assertThat(seen.poll()).doesNotContainValue("root");
      assertThat(edge.method(method, "/page").status()).isEqualTo(401);
    }
    assertThat(edge.get("/_verify", lastToken).status()).isEqualTo(404);
    api.delete("/v1/sessions/" + anonymous.getString("id"));
    assertThat(edge.get("/page", anonymous.getString("token")).status()).isEqualTo(401);
    assertThat(seen).isEmpty();
  }

  private static HttpRequest.Builder pretending(HttpProbe edge, String path, String token) {
    return edge.request(path)
        .header("Cookie", "sessionid=" + token)
        .header("X-Session-Subject", "root")
        .header("X_Session_Subject", "root")
        .header("X.Session.Subject", "root")
        .header("x-session_subject", "root");
  }

  private static HttpServer application(Vertx vertx, Queue<Map<String, String>> seen) {
    return await(
        vertx
            .createHttpServer()
            .requestHandler(
                request -> {
                  Map<String, String> headers = new HashMap<>();
                  request
                      .headers()
                      .forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), value));
                  seen.add(headers);
                  request.response().end(request.method() + " " + request.path());
                })
            .listen(0, "127.0.0.1"));
  }

  private Process start(int edge, int statekeep, int application) throws IOException {
    Files.createDirectory(folder.resolve("temp"));
    Path sample = folder.resolve("nginx.conf");
    String text =
        Files.readString(SAMPLE)
            .replace("127.0.0.1:8080", "127.0.0.1:" + statekeep)
            .replace("127.0.0.1:9000", "127.0.0.1:" + application)
            .replace("127.0.0.1:8000", "127.0.0.1:" + edge);
    Files.writeString(sample, text);
    Process nginx =
        new ProcessBuilder(
                "nginx", "-p", folder.toString(), "-c", sample.toString(), "-g", "daemon off;")
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("out").toFile())
            .start();
    awaitListening(nginx, edge);
    return nginx;
  }

  private static void awaitListening(Process nginx, int port) {
    while (nginx.isAlive()) {
      try {
        new Socket(InetAddress.getLoopbackAddress(), port).close();
        return;
      } catch (IOException e) {
        Thread.onSpinWait();
      }
    }
    throw new AssertionError("nginx ended instead of listening");
  }

  private static boolean isInstalled() {
    try {
      Process version = new ProcessBuilder("nginx", "-v").redirectErrorStream(true).start();
      version.getInputStream().readAllBytes();
      return version.waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
