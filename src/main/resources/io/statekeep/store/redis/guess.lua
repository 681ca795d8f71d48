-- A change on a record that its caller had read, decided there: it is only written if the record is still that one.
-- ARGV[3] is how many arguments the guess has, none or more: how many attributes must still be as they were read, their
-- names, 'm' as it was read, their values, 'm' as it will be, then each attribute to set with its value.
local guessed = tonumber(ARGV[3])
if guessed > 0 then
  local named = tonumber(ARGV[4])
  local found = redis.pcall('HMGET', KEYS[1], 'm', unpack(ARGV, 5, 4 + named))
  local same = not found.err
  for i = 1, same and named + 1 or 0 do
    same = same and (found[i] or '') == ARGV[4 + named + i]
  end
  if same then
    redis.call('HSET', KEYS[1], 'm', unpack(ARGV, 6 + 2 * named, 3 + guessed))
    return {'guessed'}
  end
end
