-- KEYS: index by creation, of a subject or of all
-- ARGV: prefix of sessions, 1 if the index is of a subject, that subject, id, ...
-- Takes ids out that no session has, or a session of somebody else. Answers how many.
local trimmed = 0
for i = 4, #ARGV do
  local key = ARGV[1] .. ARGV[i]
  local r = numbers(key)
  if not r or (ARGV[2] == '1' and redis.call('HGET', key, 's') ~= ARGV[3]) then
    trimmed = trimmed + redis.call('ZREM', KEYS[1], ARGV[i])
  end
end
return trimmed
