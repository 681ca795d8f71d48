CREATE TABLE statekeep_session (
  id VARCHAR(64) COLLATE "C" NOT NULL PRIMARY KEY,
  moved_to VARCHAR(64) COLLATE "C",
  moved_until BIGINT,
  subject TEXT COLLATE "C",
  attributes TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  idle_timeout BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  absolute_expires_at BIGINT NOT NULL,
  persistent SMALLINT NOT NULL,
  version BIGINT NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX statekeep_session_subject ON statekeep_session (subject, created_at)
  WHERE subject IS NOT NULL;
CREATE INDEX statekeep_session_expires ON statekeep_session (expires_at);
CREATE INDEX statekeep_session_created ON statekeep_session (created_at, id);
