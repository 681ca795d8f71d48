-- KEYS: session, index by creation, index by expiry
-- ARGV: id, m, expires, created, subject index or '', subject, name, value, ...
if redis.call('EXISTS', KEYS[1]) == 1 then
  return 0
end
local id = ARGV[1]
local expires = tonumber(ARGV[3])
-- In the indexes first: what can be read can be found.
redis.call('ZADD', KEYS[2], ARGV[4], id)
redis.call('ZADD', KEYS[3], ARGV[3], id)
if ARGV[5] ~= '' then
  redis.call('ZADD', ARGV[5], ARGV[4], id)
  keep_index(ARGV[5], expires)
  redis.call('HSET', KEYS[1], 's', ARGV[6])
end
redis.call('HSET', KEYS[1], 'm', ARGV[2])
-- Lua takes only so many arguments at once.
for from = 7, #ARGV, 1000 do
  redis.call('HSET', KEYS[1], unpack(ARGV, from, math.min(from + 999, #ARGV)))
end
expire(KEYS[1], expires)
return 1
