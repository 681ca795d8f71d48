-- KEYS: index by expiry, index by creation
-- ARGV: prefix of sessions, prefix of subject indexes, now, most sessions
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
    if subject then redis.call('ZREM', ARGV[2] .. subject, id) end
    redis.call('DEL', key)
    redis.call('ZREM', KEYS[1], id)
    redis.call('ZREM', KEYS[2], id)
  end
end
return #ids
