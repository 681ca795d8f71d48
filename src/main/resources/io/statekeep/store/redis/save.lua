-- KEYS: session, index by expiry
-- ARGV: id, prefix of subject indexes, a guess as guess.lua takes it, delta
local r, written = apply(KEYS[1], 4 + guessed, ARGV[2])
if not r then
  return written
end
return saved(r, written)
