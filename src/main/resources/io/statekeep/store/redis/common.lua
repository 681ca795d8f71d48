-- In a cluster all keys are in one slot. While the slot moves to another server, a part of the keys is out of reach here,
-- and to touch one of them is an error: so a script touches all keys that its caller did not name before it writes.
--
-- A session is one hash: 'm' its numbers, 's' its subject, and one field for each attribute, named by the attribute's
-- name as a JSON string, so that a field that begins with a quote is an attribute.
-- After a rotation the old key holds a mark: '>' the new id, 't' until when the old key reads it.

-- m = 'version created seen-created idle expires-seen absolute-created persistent'; no absolute deadline is 0.
local function parse(m)
  local v, c, l, i, e, a, p = string.match(m, '^(%d+) (%d+) (-?%d+) (%d+) (-?%d+) (%d+) (%d)$')
  if not v then return nil end
  local created = tonumber(c)
  local seen = created + tonumber(l)
  local absolute = a == '0' and 0 or created + tonumber(a)
  return {version = tonumber(v), created = created, seen = seen, idle = tonumber(i), expires = seen + tonumber(e),
    absolute = absolute, persistent = p}
end

local function int(x)
  return string.format('%.0f', x)
end

local function format(r)
  local absolute = r.absolute == 0 and 0 or r.absolute - r.created
  return string.format('%.0f %.0f %.0f %.0f %.0f %.0f %s', r.version, r.created, r.seen - r.created, r.idle,
    r.expires - r.seen, absolute, r.persistent)
end

-- The parts of one argument that stands for many, since every argument costs more than what it says: each with its length
-- in bytes and a colon in front.
local function unpacked(text)
  local parts, at = {}, 1
  while at <= #text do
    local colon = string.find(text, ':', at, true)
    local last = colon + tonumber(string.sub(text, at, colon - 1))
    parts[#parts + 1] = string.sub(text, colon + 1, last)
    at = last + 1
  end
  return parts
end

-- What is under a key that may be no hash: false where it is none. What a cluster has no access to now is not absent.
local function read(...)
  local found = redis.pcall(...)
  if type(found) == 'table' and found.err then
    if not string.find(found.err, 'WRONGTYPE', 1, true) then error(found.err, 0) end
    return false
  end
  return found
end

-- The numbers of the session under a key; nil if there is none, or something else that nobody can read as one.
local function numbers(key)
  local m = read('HGET', key, 'm')
  return m and parse(m) or nil
end

local function expire(key, deadline)
  redis.call('PEXPIREAT', key, int(deadline + GC_SLACK))
end

-- An index lives as long as the longest-lived session in it.
local function keep_index(key, deadline)
  local at = deadline + GC_SLACK
  local now = redis.call('TIME')
  local left = redis.call('PTTL', key)
  if left < 0 or left + now[1] * 1000 < at then
    redis.call('PEXPIREAT', key, int(at))
  end
end

-- Tells the readers of the stream what this step does. The second part of an entry's ID is its number, which counts without
-- a gap from the microsecond in which the stream began. 't' is the type, 'a' the time, 'u' the microsecond by this server's
-- clock, 'i' the id, 's' the subject, 'r' the reason, 'c' how often it happened if not once, 'f' is in the first entry of
-- all; what is not known is not there.
local function tell(stream, most, event)
  local time = redis.call('TIME')
  local micros = int(time[1] * 1000000 + time[2])
  local fields = {'t', event.type, 'a', event.at, 'u', micros}
  local function add(name, value)
    if value then
      fields[#fields + 1] = name
      fields[#fields + 1] = value
    end
  end
  add('i', event.id)
  add('s', event.subject)
  add('r', event.reason)
  add('c', event.count)
  -- Redis 7 counts by itself.
  local next, begins = '1-*', false
  if not redis.REDIS_VERSION_NUM then
    local last = redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)[1]
    local number = last and string.match(last[1], '^1%-(%d+)$')
    next = number and '1-' .. int(tonumber(number) + 1)
    begins = last and not number
  end
  local added = next and redis.pcall('XADD', stream, 'NOMKSTREAM', 'MAXLEN', '~', most, next, unpack(fields))
  if type(added) == 'table' then
    if not string.find(added.err, 'equal or smaller', 1, true) then error(added.err, 0) end
    begins = true
  end
  -- Somebody else has written there, and no number could follow.
  if begins then redis.call('DEL', stream) end
  if begins or not added then
    add('f', '1')
    redis.call('XADD', stream, '1-' .. micros, unpack(fields))
  end
end

-- Takes a session out of all that knows it. Answers whether the purge still had it to find.
-- The index of a subject first: where a cluster has no access to it now, nothing has been done.
local function remove(key, id, by_creation, by_expiry, index)
  if index then redis.call('ZREM', index, id) end
  redis.call('DEL', key)
  redis.call('ZREM', by_creation, id)
  return redis.call('ZREM', by_expiry, id) == 1
end
