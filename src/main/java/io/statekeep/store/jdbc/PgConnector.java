package io.statekeep.store.jdbc;

import io.netty.channel.Channel;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.internal.VertxWrapper;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.ConnectOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.impl.NetClientBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.pgclient.impl.PgConnectionFactory;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * One connection to PostgreSQL that can be ended in whatever state it is. The client's own close
 * waits for the server to close its side, which one that hangs never does, and an attempt to
 * connect cannot be given up at all.
 */
final class PgConnector {
  // After a server that does not speak TLS has closed its side, the client may try without.
  private static final long SECOND_TRY_MILLIS = 200;

  private final VertxInternal vertx;
  private final Promise<PgConnection> connected;
  private final Set<Channel> channels = ConcurrentHashMap.newKeySet();
  private final PgConnectionFactory factory;
  private volatile boolean ended;

  /**
   * @param connectMillis how long a server may take to accept, in milliseconds
   */
  PgConnector(VertxInternal vertx, long connectMillis) {
    NetClientOptions options =
        new NetClientOptions()
            .setConnectTimeout((int) Math.min(connectMillis, Integer.MAX_VALUE))
            .setTcpKeepAlive(true);
    this.vertx = vertx;
    this.connected = vertx.promise();
    this.factory = new PgConnectionFactory(new Watched(vertx), options);
  }

  /** Connects, for use on this context; to be called once. */
  Future<PgConnection> connect(ContextInternal context, PgConnectOptions options) {
    factory
        .connect((Context) context, options)
        .onFailure(connected::tryFail)
        .onSuccess(
            made -> {
              PgConnection connection = (PgConnection) made;
              // They are for people who type SQL; what matters is an error, too.
              connection.noticeHandler(notice -> {});
              connected.tryComplete(connection);
            });
    return connected.future();
  }

  /** Ends the connection, or the attempt to connect. Waits for nobody. */
  void end() {
    ended = true;
    channels.forEach(PgConnector::end);
    factory.close(Promise.promise());
  }

  /** Whether the server can still be spoken to. */
  boolean isOpen() {
    return channels.stream().anyMatch(Channel::isActive);
  }

  // Past the handlers, of which the client's would only tell the server and wait.
  private static void end(Channel channel) {
    channel.eventLoop().execute(() -> channel.unsafe().close(channel.voidPromise()));
  }

  private void opened(NetSocket socket) {
    Channel channel = ((NetSocketInternal) socket).channelHandlerContext().channel();
    // A second one is for a server that does not speak TLS; the client forgets the first.
    channels.forEach(PgConnector::end);
    channels.add(channel);
    channel.closeFuture().addListener(closed -> closed(channel));
    if (ended) {
      end(channel);
    }
  }

  // A connection that is closed at once the client may not notice.
  private void closed(Channel channel) {
    channels.remove(channel);
    if (!connected.future().isComplete()) {
      vertx.setTimer(SECOND_TRY_MILLIS, id -> giveUpUnlessOpen());
    }
  }

  private void giveUpUnlessOpen() {
    if (!isOpen()) {
      connected.tryFail(new IOException("closed by PostgreSQL"));
    }
  }

  /** Vert.x, with an eye on the sockets that the client opens. */
  private final class Watched extends VertxWrapper {
    Watched(VertxInternal vertx) {
      super(vertx);
    }

    // Not one of those that Vert.x knows and keeps until its own end.
    @Override
    public NetClient createNetClient(NetClientOptions options) {
      return new WatchedNetClient(new NetClientBuilder(this, options).build());
    }
  }

  private final class WatchedNetClient implements NetClient {
    private final NetClient client;

    WatchedNetClient(NetClient client) {
      this.client = client;
    }

    private Future<NetSocket> watch(Future<NetSocket> socket) {
      return socket.onSuccess(PgConnector.this::opened);
    }

    @Override
    public Future<NetSocket> connect(int port, String host) {
      return watch(client.connect(port, host));
    }

    @Override
    public Future<NetSocket> connect(int port, String host, String serverName) {
      return watch(client.connect(port, host, serverName));
    }

    @Override
    public Future<NetSocket> connect(SocketAddress address) {
      return watch(client.connect(address));
    }

    @Override
    public Future<NetSocket> connect(SocketAddress address, String serverName) {
      return watch(client.connect(address, serverName));
    }

    @Override
    public Future<NetSocket> connect(ConnectOptions options) {
      return watch(client.connect(options));
    }

    @Override
    public Future<Void> shutdown(long timeout, TimeUnit unit) {
      return client.shutdown(timeout, unit);
    }

    @Override
    public Future<Boolean> updateSSLOptions(ClientSSLOptions options, boolean force) {
      return client.updateSSLOptions(options, force);
    }

    @Override
    public boolean isMetricsEnabled() {
      return client.isMetricsEnabled();
    }
  }
}
