CREATE TABLE statekeep_session (
  id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  moved_to VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin,
  moved_until BIGINT,
  subject VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin,
  attributes MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  created_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  idle_timeout BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  absolute_expires_at BIGINT NOT NULL,
  persistent SMALLINT NOT NULL,
  version BIGINT NOT NULL
) ENGINE = InnoDB;
CREATE INDEX statekeep_session_subject ON statekeep_session (subject, created_at);
CREATE INDEX statekeep_session_expires ON statekeep_session (expires_at);
CREATE INDEX statekeep_session_created ON statekeep_session (created_at, id);
