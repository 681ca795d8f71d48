-- KEYS: index by expiry, index by creation, events
-- ARGV: prefix of sessions, prefix of subject indexes, now, most sessions, most events
local now = tonumber(ARGV[3])
local ids = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[3], 'LIMIT', 0, ARGV[4])
for _, id in ipairs(ids) do
  local key = ARGV[1] .. id
  local r = numbers(key)
  if r and now < r.expires then
    -- Activity has moved its deadline since it was put here.
    redis.call('ZADD', KEYS[1], int(r.expires), id)
  else
    local subject = r and redis.call('HGET', key, 's')
    remove(key, id, KEYS[2], KEYS[1], subject and ARGV[2] .. subject)
    tell(KEYS[3], ARGV[5], {type = 'ended', id = id, subject = subject, reason = 'expired', at = ARGV[3]})
  end
end
return #ids
