-- KEYS: session, index by creation, index by expiry, events
-- ARGV: id, prefix of subject indexes, now, reason, most events
local r = numbers(KEYS[1])
if not r then
  return 0
end
local live = tonumber(ARGV[3]) < r.expires
local subject = redis.call('HGET', KEYS[1], 's')
remove(KEYS[1], ARGV[1], KEYS[2], KEYS[3], subject and ARGV[2] .. subject)
tell(KEYS[4], ARGV[5],
  {type = 'ended', id = ARGV[1], subject = subject, reason = live and ARGV[4] or 'expired', at = ARGV[3]})
return live and 1 or 0
