-- KEYS: session, index by expiry
-- ARGV: id, prefix of subject indexes, delta
local r, written = apply(KEYS[1], 3)
if not r then
  return written
end
if r.sooner then
  -- The purge looks no earlier than this index says; later deadlines it finds out when it looks.
  redis.call('ZADD', KEYS[2], int(r.expires), ARGV[1])
elseif r.later then
  local subject = redis.call('HGET', KEYS[1], 's')
  if subject then keep_index(ARGV[2] .. subject, r.expires) end
end
return {written and 'written' or 'same', redis.call('HGETALL', KEYS[1])}
