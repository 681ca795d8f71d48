-- KEYS: index by creation, index by expiry
-- ARGV: prefix of sessions, prefix of subject indexes, id, ...
-- Puts sessions into all indexes. Answers how many of the ids are of sessions.
local found = 0
for i = 3, #ARGV do
  local id = ARGV[i]
  local r = numbers(ARGV[1] .. id)
  if r then
    found = found + 1
    redis.call('ZADD', KEYS[1], int(r.created), id)
    redis.call('ZADD', KEYS[2], int(r.expires), id)
    local subject = redis.call('HGET', ARGV[1] .. id, 's')
    if subject then
      redis.call('ZADD', ARGV[2] .. subject, int(r.created), id)
      keep_index(ARGV[2] .. subject, r.expires)
    end
  end
end
return found
