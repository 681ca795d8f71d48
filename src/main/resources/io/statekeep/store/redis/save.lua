-- KEYS: session, index by expiry
-- ARGV: the id, the prefix of subject indexes and the delta, as one text; a guess as guess.lua takes it
local given = unpacked(ARGV[1])
local r, written = apply(KEYS[1], given, 3, given[2])
if not r then
  return written
end
return saved(r, written, given[1])
