-- KEYS: session, index by creation, index by expiry, events, what is remembered of this repeat if it is one
-- ARGV: id, expires, created, now, most events, what only some have as one text, field, value, ...
-- Only of a session with a subject, or of a repeat: subject index or '', subject, prefix of sessions, most sessions of the
-- subject, 1 if its oldest end, fingerprint, salt, until.
local id, expires, now = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[4])
local index, subject, sessions, most, oldest_ends, fingerprint, salt, until_ = unpack(unpacked(ARGV[6]))
if KEYS[5] then
  local known = redis.call('HMGET', KEYS[5], 'i', 'f', 's', 'u')
  if known[1] and now < tonumber(known[4]) then
    return {'repeated', known[1], known[2], known[3]}
  end
end
if redis.call('EXISTS', KEYS[1]) == 1 then
  return {'taken'}
end
subject = index and index ~= '' and subject
local leaving = {}
if subject then
  leaving = room(index, sessions, tonumber(most), oldest_ends == '1', now)
  if not leaving then return {'limit'} end
end
for _, old in ipairs(leaving) do
  tell(KEYS[4], ARGV[5], {type = 'ended', id = old, subject = subject, reason = 'revoked', at = ARGV[4]})
  remove(sessions .. old, old, KEYS[2], KEYS[3], index)
end
tell(KEYS[4], ARGV[5], {type = 'created', id = id, subject = subject, at = ARGV[4]})
-- In the indexes first: what can be read can be found.
redis.call('ZADD', KEYS[2], ARGV[3], id)
redis.call('ZADD', KEYS[3], ARGV[2], id)
if subject then
  redis.call('ZADD', index, ARGV[3], id)
  keep_index(index, expires)
end
-- Lua takes only so many arguments at once.
for from = 7, #ARGV, 1000 do
  redis.call('HSET', KEYS[1], unpack(ARGV, from, math.min(from + 999, #ARGV)))
end
expire(KEYS[1], expires)
if KEYS[5] then
  redis.call('DEL', KEYS[5])
  redis.call('HSET', KEYS[5], 'i', id, 'f', fingerprint, 's', salt, 'u', until_)
  redis.call('PEXPIREAT', KEYS[5], until_)
end
return {'created', leaving}
