-- KEYS: session, index by expiry
-- ARGV: id, prefix of subject indexes, delta of a touch
-- Answers what is there where there is no live session, too: it may be the mark of a rotation.
local r, written = apply(KEYS[1], ARGV, 3, ARGV[2])
if not r then
  -- Something that is not a hash has no fields: none that a session has.
  return {'none', read('HGETALL', KEYS[1]) or {'?', ''}}
end
return saved(r, written, ARGV[1])
