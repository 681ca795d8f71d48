package io.statekeep.session;

/** Is told which sessions live, and which tokens are turned away. Thread-safe; never blocks. */
public interface TokenWatch {
  /** Nobody watches. */
  TokenWatch NONE =
      new TokenWatch() {
        @Override
        public void alive(SessionRecord record) {}

        @Override
        public void forged() {}

        @Override
        public void missing(SessionKey key) {}
      };

  /** A live session was begun or read. */
  void alive(SessionRecord record);

  /** A token came that was not issued here. */
  void forged();

  /** A token came that was issued here, and its session does not live. */
  void missing(SessionKey key);
}
