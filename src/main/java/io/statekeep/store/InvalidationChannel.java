package io.statekeep.store;

import io.statekeep.session.SessionKey;
import io.vertx.core.Future;

/**
 * Tells a node what has changed in its store, by whomever: other nodes, an operator's shell, the
 * store's own expiry. Connects by itself, again and again, until it is closed.
 */
public interface InvalidationChannel {
  /**
   * Begins to listen; returns at once. To be called once.
   *
   * @param listener is called by one thread at a time, and must not block
   */
  void open(Listener listener);

  /** Ends the connection; the listener hears nothing more. */
  Future<Void> close();

  /** Who is told. Between {@link #lost} and {@link #connected} changes go untold. */
  interface Listener {
    /** The version of a session that has ended, or that somebody changed without a version. */
    long UNKNOWN_VERSION = Long.MAX_VALUE;

    /** Every change is told from now on. What has changed before may have gone untold. */
    void connected();

    /**
     * A session has changed or ended.
     *
     * @param version the session's version after the change, which no older copy has seen; {@link
     *     #UNKNOWN_VERSION} if every copy may be older than the change
     */
    void changed(SessionKey key, long version);

    /** Any session may have changed or ended. */
    void allChanged();

    /**
     * Every change that was made before this has been told.
     *
     * @param nanos on the clock of {@link System#nanoTime}
     */
    void heard(long nanos);

    /** Changes may go untold from now on. */
    void lost();
  }
}
