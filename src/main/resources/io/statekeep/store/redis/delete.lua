-- KEYS: session, index by creation, index by expiry
-- ARGV: id, prefix of subject indexes, now
local r = numbers(KEYS[1])
if not r then
  return 0
end
local subject = redis.call('HGET', KEYS[1], 's')
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
if subject then
  redis.call('ZREM', ARGV[2] .. subject, ARGV[1])
end
return tonumber(ARGV[3]) < r.expires and 1 or 0
