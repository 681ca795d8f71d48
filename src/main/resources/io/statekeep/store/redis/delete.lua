-- KEYS: session, index by creation, index by expiry
-- ARGV: id, prefix of subject indexes, now
local m = redis.call('HGET', KEYS[1], 'm')
if not m then
  return 0
end
local subject = redis.call('HGET', KEYS[1], 's')
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
if subject then
  redis.call('ZREM', ARGV[2] .. subject, ARGV[1])
end
local r = parse(m)
return (r and tonumber(ARGV[3]) < r.expires) and 1 or 0
