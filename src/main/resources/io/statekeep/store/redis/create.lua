-- KEYS: session, index by creation, index by expiry, events, what is remembered of this repeat if it is one
-- ARGV: id, expires, created, subject index or '', subject, now, most events, prefix of sessions,
--       most sessions of the subject, 1 if its oldest end, fingerprint, salt, until, field, value, ...
local id, expires, now = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[6])
if KEYS[5] then
  local known = redis.call('HMGET', KEYS[5], 'i', 'f', 's', 'u')
  if known[1] and now < tonumber(known[4]) then
    return {'repeated', known[1], known[2], known[3]}
  end
end
if redis.call('EXISTS', KEYS[1]) == 1 then
  return {'taken'}
end
local subject = ARGV[4] ~= '' and ARGV[5]
local leaving = {}
if subject then
  leaving = room(ARGV[4], ARGV[8], tonumber(ARGV[9]), ARGV[10] == '1', now)
  if not leaving then return {'limit'} end
end
for _, old in ipairs(leaving) do
  tell(KEYS[4], ARGV[7], {type = 'ended', id = old, subject = subject, reason = 'revoked', at = ARGV[6]})
  remove(ARGV[8] .. old, old, KEYS[2], KEYS[3], ARGV[4])
end
tell(KEYS[4], ARGV[7], {type = 'created', id = id, subject = subject, at = ARGV[6]})
-- In the indexes first: what can be read can be found.
redis.call('ZADD', KEYS[2], ARGV[3], id)
redis.call('ZADD', KEYS[3], ARGV[2], id)
if subject then
  redis.call('ZADD', ARGV[4], ARGV[3], id)
  keep_index(ARGV[4], expires)
end
-- Lua takes only so many arguments at once.
for from = 14, #ARGV, 1000 do
  redis.call('HSET', KEYS[1], unpack(ARGV, from, math.min(from + 999, #ARGV)))
end
expire(KEYS[1], expires)
if KEYS[5] then
  redis.call('DEL', KEYS[5])
  redis.call('HSET', KEYS[5], 'i', id, 'f', ARGV[11], 's', ARGV[12], 'u', ARGV[13])
  redis.call('PEXPIREAT', KEYS[5], ARGV[13])
end
return {'created', leaving}
