-- A change on a record that its caller had read, decided there: it is only written if the record is still that one.
-- ARGV[3] is how many arguments the guess has, none or more: 'm' as it was read, 'm' as it will be, how many attributes
-- must still be as they were read, each with its value, then those to set.
local guessed = tonumber(ARGV[3])
if guessed > 0 then
  local named = 2 * ARGV[6]
  local same = redis.pcall('HGET', KEYS[1], 'm') == ARGV[4]
  for i = 7, 6 + named, 2 do
    same = same and (redis.call('HGET', KEYS[1], ARGV[i]) or '') == ARGV[i + 1]
  end
  if same then
    redis.call('HSET', KEYS[1], 'm', ARGV[5], unpack(ARGV, 7 + named, 3 + guessed))
    return {'guessed'}
  end
end
