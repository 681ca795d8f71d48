package io.statekeep.store.redis;

import static io.statekeep.testing.Await.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.statekeep.session.SessionPolicy;
import io.statekeep.session.SessionStore;
import io.statekeep.session.SessionStoreException;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.PfxOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With {@code rediss://}, nothing is said to a server that has not shown who it is. */
class RedisTlsTest {
  private static final String PASSWORD = "sesame-open";
  private static final long TIMEOUT_MILLIS = 30_000;

  @TempDir private Path folder;
  private final List<Buffer> heard = new CopyOnWriteArrayList<>();
  private Vertx vertx;

  @BeforeEach
  void startVertx() {
    vertx = Vertx.vertx();
  }

  @AfterEach
  void stopVertx() {
    await(vertx.close());
  }

  private void assertNotSpokenTo(NetServerOptions options) {
    NetServer server =
        await(
            vertx
                .createNetServer(options.setHost("127.0.0.1").setPort(0))
                .connectHandler(
                    socket ->
                        socket.handler(
                            said -> {
                              heard.add(said);
                              socket.close();
                            }))
                .listen());
    String url = "rediss://:" + PASSWORD + "@localhost:" + server.actualPort() + "/0";
    RedisSessionStore.Rules rules =
        new RedisSessionStore.Rules(
            SessionPolicy.DEFAULT, InstantSource.system(), "t:", TIMEOUT_MILLIS);
    SessionStore store =
        new RedisSessionStore(vertx, rules, RedisAddress.standalone(url, TIMEOUT_MILLIS));
    assertThatThrownBy(() -> await(store.ping()))
        .isInstanceOf(SessionStoreException.class)
        .hasMessageNotContaining(PASSWORD);
    await(store.close());
  }

  @Test
  void aCertificateThatNobodyVouchesForIsRefused() throws Exception {
    Path file = folder.resolve("self-signed.p12");
    selfSigned(file);
    PfxOptions certificate = new PfxOptions().setPath(file.toString()).setPassword("changeit");
    assertNotSpokenTo(new NetServerOptions().setSsl(true).setKeyCertOptions(certificate));
    // What the server would see once TLS is there.
    assertThat(heard).isEmpty();
  }

  private static void selfSigned(Path file) throws IOException, InterruptedException {
    String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    Process process =
        new ProcessBuilder(
                keytool,
                "-genkeypair",
                "-keystore",
                file.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                "changeit",
                "-keyalg",
                "EC",
                "-alias",
                "redis",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost")
            .inheritIO()
            .start();
    assertThat(process.waitFor()).isZero();
  }

  @Test
  void aServerWithoutTlsIsNotSpokenToInPlainText() {
    assertNotSpokenTo(new NetServerOptions());
    // The beginning of a TLS handshake, and nothing of Redis.
    assertThat(heard).isNotEmpty();
    assertThat(heard.get(0).getByte(0)).isEqualTo((byte) 0x16);
    for (Buffer each : heard) {
      assertThat(each.toString("ISO-8859-1")).doesNotContain(PASSWORD, "AUTH", "PING");
    }
  }
}
