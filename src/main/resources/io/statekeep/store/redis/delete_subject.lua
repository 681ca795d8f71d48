-- KEYS: index of the subject, index by creation, index by expiry
-- ARGV: prefix of sessions, now, most sessions of one call, id to spare or ''
-- Answers how many ids are left and the ids of those that were live.
local live = {}
local ids = redis.call('ZRANGE', KEYS[1], 0, tonumber(ARGV[3]))
for _, id in ipairs(ids) do
  if id ~= ARGV[4] then
    local key = ARGV[1] .. id
    local r = numbers(key)
    if r and tonumber(ARGV[2]) < r.expires then
      live[#live + 1] = id
    end
    redis.call('DEL', key)
    redis.call('ZREM', KEYS[1], id)
    redis.call('ZREM', KEYS[2], id)
    redis.call('ZREM', KEYS[3], id)
  end
end
local spared = ARGV[4] ~= '' and redis.call('ZSCORE', KEYS[1], ARGV[4]) and 1 or 0
return {redis.call('ZCARD', KEYS[1]) - spared, live}
