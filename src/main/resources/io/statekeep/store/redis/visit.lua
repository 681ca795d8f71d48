-- KEYS: session, index by expiry
-- ARGV: id, prefix of subject indexes, delta of a touch
-- Answers what is there where there is no live session, too: it may be the mark of a rotation.
local r, written = apply(KEYS[1], 3)
if not r then
  local fields = redis.pcall('HGETALL', KEYS[1])
  -- Something that is not a hash has no fields: none that a session has.
  return {'none', fields.err and {'?', ''} or fields}
end
return saved(r, written)
