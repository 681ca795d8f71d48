-- KEYS: old session, new session, index by creation, index by expiry, events
-- ARGV: old id, new id, prefix of subject indexes, 1 if the subject changes, subject, grace until, mark until,
--       1 if the delta is no change of its own, most events, prefix of sessions, most sessions of the subject,
--       1 if its oldest end, delta
local old, new = ARGV[1], ARGV[2]
if redis.call('EXISTS', KEYS[2]) == 1 then
  return {'conflict'}
end
local before, after, at
local leaving = {}
local r, written = apply(KEYS[1], ARGV, 13, nil, function(now)
  before, at = redis.call('HGET', KEYS[1], 's'), int(now)
  after = ARGV[4] == '1' and ARGV[5] or before
  if after and after ~= before then
    leaving = room(ARGV[3] .. after, ARGV[10], tonumber(ARGV[11]), ARGV[12] == '1', now)
  end
  return leaving
end)
if not r then
  return written
end
for _, id in ipairs(leaving) do
  tell(KEYS[5], ARGV[9], {type = 'ended', id = id, subject = after, reason = 'revoked', at = at})
  remove(ARGV[10] .. id, id, KEYS[3], KEYS[4], ARGV[3] .. after)
end
tell(KEYS[5], ARGV[9], {type = 'rotated', id = new, subject = after, at = at})
if ARGV[8] == '1' then
  r.version = r.version + 1
  redis.call('HSET', KEYS[1], 'm', format(r))
end
if after and after ~= before then
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
return {'written', redis.call('HGETALL', KEYS[2]), leaving}
