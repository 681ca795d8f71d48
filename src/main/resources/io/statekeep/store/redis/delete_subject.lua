-- KEYS: index of the subject, index by creation, index by expiry, events
-- ARGV: prefix of sessions, now, most sessions of one call, id to spare or '', subject, most events
-- Answers how many ids are left and the ids of those that were live.
local now = tonumber(ARGV[2])
local found, live = {}, {}
for _, id in ipairs(redis.call('ZRANGE', KEYS[1], 0, tonumber(ARGV[3]))) do
  if id ~= ARGV[4] then
    found[#found + 1] = {id = id, key = ARGV[1] .. id, numbers = numbers(ARGV[1] .. id)}
  end
end
for _, one in ipairs(found) do
  local ends = one.numbers and now < one.numbers.expires
  if ends then
    live[#live + 1] = one.id
  end
  local known = remove(one.key, one.id, KEYS[2], KEYS[3], KEYS[1])
  if one.numbers or known then
    tell(KEYS[4], ARGV[6],
      {type = 'ended', id = one.id, subject = ARGV[5], reason = ends and 'revoked' or 'expired', at = ARGV[2]})
  end
end
local spared = ARGV[4] ~= '' and redis.call('ZSCORE', KEYS[1], ARGV[4]) and 1 or 0
return {redis.call('ZCARD', KEYS[1]) - spared, live}
