-- KEYS: old session, new session, index by creation, index by expiry
-- ARGV: old id, new id, prefix of subject indexes, 1 if the subject changes, subject, grace until, mark until,
--       1 if the delta is no change of its own, delta
local old, new = ARGV[1], ARGV[2]
if redis.call('EXISTS', KEYS[2]) == 1 then
  return {'conflict'}
end
local r, written = apply(KEYS[1], 9)
if not r then
  return written
end
if ARGV[8] == '1' then
  r.version = r.version + 1
  redis.call('HSET', KEYS[1], 'm', format(r))
end
local before = redis.call('HGET', KEYS[1], 's')
local after = before
if ARGV[4] == '1' then
  after = ARGV[5]
  redis.call('HSET', KEYS[1], 's', after)
end
redis.call('ZADD', KEYS[3], int(r.created), new)
redis.call('ZADD', KEYS[4], int(r.expires), new)
if after then
  redis.call('ZADD', ARGV[3] .. after, int(r.created), new)
  keep_index(ARGV[3] .. after, r.expires)
end
redis.call('RENAME', KEYS[1], KEYS[2])
redis.call('HSET', KEYS[1], '>', new, 't', ARGV[6])
redis.call('PEXPIREAT', KEYS[1], ARGV[7])
redis.call('ZREM', KEYS[3], old)
redis.call('ZREM', KEYS[4], old)
if before then
  redis.call('ZREM', ARGV[3] .. before, old)
end
return {'written', redis.call('HGETALL', KEYS[2])}
