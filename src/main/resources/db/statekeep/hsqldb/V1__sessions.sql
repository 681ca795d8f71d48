-- Subjects that differ in trailing spaces are different subjects.
SET DATABASE COLLATION SQL_TEXT NO PAD;

CREATE CACHED TABLE statekeep_session (
  id VARCHAR(64) NOT NULL PRIMARY KEY,
  moved_to VARCHAR(64),
  moved_until BIGINT,
  subject VARCHAR(255),
  attributes LONGVARCHAR NOT NULL,
  created_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  idle_timeout BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  absolute_expires_at BIGINT NOT NULL,
  persistent SMALLINT NOT NULL,
  version BIGINT NOT NULL
);
CREATE INDEX statekeep_session_subject ON statekeep_session (subject, created_at);
CREATE INDEX statekeep_session_expires ON statekeep_session (expires_at);
CREATE INDEX statekeep_session_created ON statekeep_session (created_at, id);
