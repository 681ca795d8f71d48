-- A change on a record that its caller had read, decided there: it is only written if the record is still that one. Before
-- all that has to be defined for the rest, since most changes end here.
-- ARGV, after the delta that save.lua takes, if there is a guess: 'm' as it was read and as it will be, how many attributes
-- must still be as they were read, of each of these the name, the value and what it will be, then the name and the value
-- of each other attribute to set.
if #ARGV > 1 then
  local last = 4 + 3 * ARGV[4]
  local names, set = {'m'}, {'m', ARGV[3]}
  for i = 5, last, 3 do
    names[#names + 1] = ARGV[i]
    set[#set + 1] = ARGV[i]
    set[#set + 1] = ARGV[i + 2]
  end
  for i = last + 1, #ARGV do
    set[#set + 1] = ARGV[i]
  end
  local found = redis.pcall('HMGET', KEYS[1], unpack(names))
  local same = not found.err and found[1] == ARGV[2]
  for i = 2, same and #names or 0 do
    same = same and (found[i] or '') == ARGV[3 * i]
  end
  if same then
    local written = redis.pcall('HSET', KEYS[1], unpack(set))
    return type(written) == 'table' and {'error', written.err} or {'guessed'}
  end
end
