-- KEYS: index of the subject, index by creation, index by expiry, events
-- ARGV: prefix of sessions, now, most sessions of one call, id to spare or '', subject, most events
-- Answers how many ids are left and the ids of those that were live.
local live = {}
local ids = redis.call('ZRANGE', KEYS[1], 0, tonumber(ARGV[3]))
for _, id in ipairs(ids) do
  if id ~= ARGV[4] then
    local key = ARGV[1] .. id
    local r = numbers(key)
    local ends = r and tonumber(ARGV[2]) < r.expires
    if ends then
      live[#live + 1] = id
    end
    local known = remove(key, id, KEYS[2], KEYS[3], KEYS[1])
    if r or known then
      tell(KEYS[4], ARGV[6],
        {type = 'ended', id = id, subject = ARGV[5], reason = ends and 'revoked' or 'expired', at = ARGV[2]})
    end
  end
end
local spared = ARGV[4] ~= '' and redis.call('ZSCORE', KEYS[1], ARGV[4]) and 1 or 0
return {redis.call('ZCARD', KEYS[1]) - spared, live}
