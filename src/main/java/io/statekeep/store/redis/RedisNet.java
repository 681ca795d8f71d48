package io.statekeep.store.redis;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.net.NetClientInternal;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.ConnectOptions;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import java.util.ArrayList;
import java.util.List;

/** Makes connections to servers. Thread-safe. */
final class RedisNet {
  private static final String NO_PASSWORD_NEEDED = "without any password configured";

  private final VertxInternal vertx;
  private final NetClientInternal client;
  private final long timeoutMillis;

  /**
   * @param timeoutMillis how long a connection may take to be made
   */
  RedisNet(Vertx vertx, long timeoutMillis) {
    this.vertx = (VertxInternal) vertx;
    this.timeoutMillis = timeoutMillis;
    client =
        (NetClientInternal)
            vertx.createNetClient(
                new NetClientOptions()
                    .setConnectTimeout((int) timeoutMillis)
                    .setTcpNoDelay(true)
                    .setTcpKeepAlive(true));
  }

  VertxInternal vertx() {
    return vertx;
  }

  long timeoutMillis() {
    return timeoutMillis;
  }

  /**
   * A connection on which the server has let us in.
   *
   * @param context of an event loop, on which the connection lives
   */
  Future<RedisSocket> connect(ContextInternal context, RedisServer server) {
    RedisServer.Login login = server.login();
    ConnectOptions where =
        new ConnectOptions().setHost(server.host()).setPort(server.port()).setSsl(login.tls());
    if (login.tls()) {
      where.setSslOptions(new ClientSSLOptions().setHostnameVerificationAlgorithm("HTTPS"));
    }
    Promise<NetSocket> connected = context.promise();
    client.connectInternal(where, connected, context);
    return connected.future().compose(socket -> greet(new RedisSocket(socket), context, login));
  }

  private static Future<RedisSocket> greet(
      RedisSocket socket, ContextInternal context, RedisServer.Login login) {
    List<Future<Void>> steps = new ArrayList<>();
    if (login.password() != null) {
      RedisCommand auth = new RedisCommand("AUTH");
      if (login.user() != null) {
        auth.arg(login.user());
      }
      steps.add(authenticated(socket.send(context, auth.arg(login.password()))));
    }
    if (login.database() != 0) {
      steps.add(socket.send(context, new RedisCommand("SELECT").arg(login.database())).mapEmpty());
    }
    if (login.primaryOnly()) {
      steps.add(primary(socket.send(context, new RedisCommand("ROLE"))));
    }
    return Future.all(steps).map(socket).onFailure(failure -> socket.close());
  }

  // A server without a password is asked without one: sentinels often have none where the servers
  // that they watch have one.
  private static Future<Void> authenticated(Future<?> answer) {
    return answer
        .<Void>mapEmpty()
        .recover(
            failure ->
                String.valueOf(failure.getMessage()).contains(NO_PASSWORD_NEEDED)
                    ? Future.succeededFuture()
                    : Future.failedFuture(failure));
  }

  private static Future<Void> primary(Future<io.vertx.redis.client.Response> role) {
    return role.compose(
        answer ->
            answer.get(0).toString().equals("master")
                ? Future.succeededFuture()
                : Future.failedFuture(new RedisError("the server is a replica")));
  }

  Future<Void> close() {
    return client.close();
  }
}
