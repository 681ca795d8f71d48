-- Tells nodes that listen which sessions have changed or ended, whoever changed them, in the transaction of the change.
--
-- The channel is named by the table, so that deployments in other schemas do not hear it. A message has a line for each
-- session: its version after the change, or nothing where every copy may be older, a space, and its id. More sessions
-- than near caches care to drop one by one are one message, '*'. A touch, which only moves deadlines on, says nothing.

-- Row by row: most transactions change few, and what asks for no message is sorted out without a call.
CREATE FUNCTION statekeep_session_tell_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_catalog.pg_notify('statekeep_session_' || TG_RELID,
    CASE WHEN NEW.version > OLD.version AND NEW.moved_to IS NULL THEN NEW.version::text ELSE '' END || ' ' || NEW.id);
  IF NEW.id <> OLD.id THEN
    PERFORM pg_catalog.pg_notify('statekeep_session_' || TG_RELID, ' ' || OLD.id);
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER statekeep_session_updated AFTER UPDATE ON statekeep_session
  FOR EACH ROW
  WHEN (NEW.version <> OLD.version OR NEW.id <> OLD.id
    OR NEW.expires_at < OLD.expires_at OR NEW.last_seen_at < OLD.last_seen_at
    OR (NEW.moved_to, NEW.moved_until, NEW.subject, NEW.attributes, NEW.created_at, NEW.idle_timeout,
        NEW.absolute_expires_at, NEW.persistent)
      IS DISTINCT FROM (OLD.moved_to, OLD.moved_until, OLD.subject, OLD.attributes, OLD.created_at, OLD.idle_timeout,
        OLD.absolute_expires_at, OLD.persistent))
  EXECUTE FUNCTION statekeep_session_tell_change();

-- Purges and the end of all sessions of a subject end many at once.
CREATE FUNCTION statekeep_session_tell_end() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  channel CONSTANT text := 'statekeep_session_' || TG_RELID;
BEGIN
  IF TG_OP = 'TRUNCATE' THEN
    PERFORM pg_catalog.pg_notify(channel, '*');
  ELSIF (SELECT count(*) FROM ended) > 10000 THEN
    PERFORM pg_catalog.pg_notify(channel, '*');
  ELSE
    -- A message holds less than 8000 bytes, a line at most 257.
    PERFORM pg_catalog.pg_notify(channel, string_agg(line, E'\n'))
      FROM (SELECT ' ' || id AS line, sum(octet_length(id) + 2) OVER (ROWS UNBOUNDED PRECEDING) / 7000 AS part
            FROM ended) AS lines
      GROUP BY part;
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER statekeep_session_deleted AFTER DELETE ON statekeep_session
  REFERENCING OLD TABLE AS ended
  FOR EACH STATEMENT EXECUTE FUNCTION statekeep_session_tell_end();
CREATE TRIGGER statekeep_session_truncated AFTER TRUNCATE ON statekeep_session
  FOR EACH STATEMENT EXECUTE FUNCTION statekeep_session_tell_end();

-- Also where a session of the database asks for no triggers, as some tools of replication do.
ALTER TABLE statekeep_session ENABLE ALWAYS TRIGGER statekeep_session_updated;
ALTER TABLE statekeep_session ENABLE ALWAYS TRIGGER statekeep_session_deleted;
ALTER TABLE statekeep_session ENABLE ALWAYS TRIGGER statekeep_session_truncated;
