package io.statekeep.store.jdbc;

import static io.statekeep.store.InvalidationChannel.Listener.UNKNOWN_VERSION;

import io.statekeep.session.SessionKey;
import io.statekeep.store.InvalidationChannel;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.pgclient.PgNotification;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One connection on which PostgreSQL tells what changes in the table of sessions: {@code LISTEN}. A
 * heartbeat is a message to the connection itself. The server tells messages in the order of their
 * commits: when a heartbeat comes, so has every change before it. From the attempt to connect to
 * the end; on one event loop.
 */
final class ListeningConnection {
  private static final int TRIGGERS = 3;

  /** What has to be there for every change to be told; one row, or none without the table. */
  private static final String LOOK =
      "SELECT c.oid::bigint, pg_backend_pid(), (SELECT count(*) FROM pg_trigger t"
          + " WHERE t.tgrelid = c.oid AND t.tgenabled = 'A' AND t.tgname IN"
          + " ('statekeep_session_updated', 'statekeep_session_deleted',"
          + " 'statekeep_session_truncated'))";

  private static final String TABLE =
      " FROM pg_class c WHERE c.oid = to_regclass('statekeep_session')";

  private final ContextInternal context;
  private final Bounds bounds;
  private final InvalidationChannel.Listener listener;
  private final Owner owner;
  private final PgConnector connector;
  private final long timer;

  private @Nullable PgConnection connection;
  private long table;
  private @Nullable Beat beat;
  private long beats;
  // When what is waited for began.
  private long since = System.nanoTime();
  private boolean connected;
  private boolean over;

  /**
   * How long to wait, in milliseconds.
   *
   * @param period from one heartbeat to the next
   * @param patience how long an answer or a heartbeat may take
   */
  record Bounds(long period, long patience) {
    static Bounds of(long timeoutMillis, long maxStaleMillis) {
      long period = Math.max(50, Math.min(maxStaleMillis / 4, 5000));
      return new Bounds(period, Math.max(period, Math.min(maxStaleMillis, timeoutMillis)));
    }
  }

  /** Who makes the next connection. */
  interface Owner {
    /** Changes are told from now on. */
    void up();

    /**
     * The connection is over; called once, unless it was closed.
     *
     * @param wasUp whether changes have been told
     */
    void over(boolean wasUp, String why);
  }

  /** A heartbeat under way: it counts when it has come and the look has found all in place. */
  private static final class Beat {
    private final String text;
    private final long sentAt = System.nanoTime();
    private boolean came;
    private boolean looked;

    Beat(long number) {
      text = Long.toString(number);
    }
  }

  ListeningConnection(
      ContextInternal context,
      PgConnectOptions options,
      Bounds bounds,
      InvalidationChannel.Listener listener,
      Owner owner) {
    this.context = context;
    this.bounds = bounds;
    this.listener = listener;
    this.owner = owner;
    this.connector = new PgConnector(context.owner(), bounds.patience());
    this.timer = context.setPeriodic(bounds.period(), id -> tick());
    connector
        .connect(context, options)
        .compose(this::listen)
        .onSuccess(v -> beat())
        .onFailure(failure -> giveUp(SqlErrors.kind(failure)));
  }

  private Future<Void> listen(PgConnection opened) {
    if (over) {
      return Future.failedFuture("given up");
    }
    connection = opened;
    opened.notificationHandler(this::told);
    opened.exceptionHandler(failure -> giveUp(SqlErrors.kind(failure)));
    opened.closeHandler(v -> giveUp("closed by PostgreSQL"));
    return opened
        .query(LOOK + TABLE)
        .execute()
        .compose(
            rows -> {
              String missing = missing(rows);
              if (missing != null) {
                giveUp(missing);
                return Future.failedFuture(missing);
              }
              table = rows.iterator().next().getLong(0);
              return opened
                  .query("LISTEN " + changes() + "; LISTEN " + heartbeats(opened))
                  .execute()
                  .mapEmpty();
            });
  }

  private @Nullable String missing(RowSet<Row> rows) {
    if (rows.size() == 0) {
      return "there is no table of sessions yet";
    }
    Row row = rows.iterator().next();
    if (row.getLong(2) != TRIGGERS || (table != 0 && table != row.getLong(0))) {
      return "the triggers of the table of sessions are not all there";
    }
    // A message is told to the server's connection that listens, which would not always be ours.
    return connection == null || connection.processId() != row.getInteger(1)
        ? "there is a connection pooler in between"
        : null;
  }

  private String changes() {
    return "statekeep_session_" + table;
  }

  private static String heartbeats(PgConnection own) {
    return "statekeep_heartbeat_" + own.processId();
  }

  private void tick() {
    long waiting = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - since);
    if (beat == null && connected) {
      beat();
    } else if (waiting > bounds.patience()) {
      giveUp("nothing heard for " + waiting + " ms");
    }
  }

  private void beat() {
    PgConnection open = connection;
    if (over || open == null) {
      return;
    }
    Beat sent = new Beat(++beats);
    beat = sent;
    since = sent.sentAt;
    String notify = ", pg_notify('" + heartbeats(open) + "', '" + sent.text + "')";
    open.query(LOOK + notify + TABLE)
        .execute()
        .onSuccess(
            rows -> {
              String missing = missing(rows);
              if (missing != null) {
                giveUp(missing);
              } else {
                sent.looked = true;
                heard(sent);
              }
            })
        .onFailure(failure -> giveUp(SqlErrors.kind(failure)));
  }

  private void told(PgNotification message) {
    PgConnection open = connection;
    if (over || open == null) {
      return;
    }
    if (message.getChannel().equals(changes())) {
      changed(message.getPayload());
    } else if (beat != null && beat.text.equals(message.getPayload())) {
      beat.came = true;
      heard(beat);
    }
  }

  private void heard(Beat back) {
    if (over || back != beat || !back.came || !back.looked) {
      return;
    }
    beat = null;
    if (!connected) {
      connected = true;
      owner.up();
      listener.connected();
    }
    listener.heard(back.sentAt);
  }

  private void changed(String payload) {
    if (payload.equals("*")) {
      listener.allChanged();
      return;
    }
    for (String line : payload.split("\n", -1)) {
      int space = line.indexOf(' ');
      String version = line.substring(0, Math.max(0, space));
      if (space < 0
          || version.length() > 18
          || !version.chars().allMatch(c -> c >= '0' && c <= '9')) {
        // Not a message of ours: nobody knows what it means.
        listener.allChanged();
      } else {
        SessionKey key = new SessionKey(line.substring(space + 1));
        listener.changed(key, version.isEmpty() ? UNKNOWN_VERSION : Long.parseLong(version));
      }
    }
  }

  void close() {
    if (!over) {
      over = true;
      context.owner().cancelTimer(timer);
      connector.end();
    }
  }

  private void giveUp(String why) {
    if (!over) {
      close();
      owner.over(connected, why);
    }
  }
}
