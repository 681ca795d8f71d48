-- Creations that may be repeated, until their time is over.
CREATE TABLE statekeep_repeat (
  id VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  session_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  fingerprint VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  salt VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  expires_at BIGINT NOT NULL
) ENGINE = InnoDB;
CREATE INDEX statekeep_repeat_expires ON statekeep_repeat (expires_at);

-- What happened. made_at is the server's time: what has been there for long has nothing unfinished before it.
CREATE TABLE statekeep_event (
  horizon BIGINT DEFAULT 0 NOT NULL,
  seq BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  event_type VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  session_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin,
  subject VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  reason VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin,
  happened_at BIGINT NOT NULL,
  times BIGINT NOT NULL,
  made_at BIGINT NOT NULL DEFAULT (FLOOR(UNIX_TIMESTAMP(NOW(3)) * 1000))
) ENGINE = InnoDB;

-- One row: events up to here are no longer kept.
CREATE TABLE statekeep_event_floor (horizon BIGINT NOT NULL, seq BIGINT NOT NULL) ENGINE = InnoDB;
INSERT INTO statekeep_event_floor VALUES (0, 0);

-- What a transaction locks that counts the sessions of a subject: one row stands for many subjects.
CREATE TABLE statekeep_lock (id INT NOT NULL PRIMARY KEY) ENGINE = InnoDB;
INSERT INTO statekeep_lock
  WITH RECURSIVE numbers AS (SELECT 0 AS id UNION ALL SELECT id + 1 FROM numbers WHERE id < 63)
  SELECT id FROM numbers;
