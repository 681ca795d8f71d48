-- A change on a record that its caller had read, decided there: it is only written if the record is still that one. Before
-- all that has to be defined for the rest, since most changes end here.
-- ARGV, after the delta that save.lua takes, if there is a guess: 'm' as it was read and as it will be, how many attributes
-- must still be as they were read, their names, what they were, then name and value of each attribute to set.
if #ARGV > 1 then
  local names = tonumber(ARGV[4])
  local found = redis.pcall('HMGET', KEYS[1], 'm', unpack(ARGV, 5, 4 + names))
  local same = not found.err and found[1] == ARGV[2]
  for i = 1, same and names or 0 do
    same = same and (found[1 + i] or '') == ARGV[4 + names + i]
  end
  if same then
    redis.call('HSET', KEYS[1], 'm', ARGV[3], unpack(ARGV, 5 + 2 * names))
    return {'guessed'}
  end
end
