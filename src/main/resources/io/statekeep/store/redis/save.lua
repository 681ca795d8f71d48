-- KEYS: session, index by expiry
-- ARGV: id, prefix of subject indexes, delta
local r, written = apply(KEYS[1], 3)
if not r then
  return written
end
return saved(r, written)
