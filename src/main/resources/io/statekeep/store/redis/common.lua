-- A session is one hash: 'm' its numbers, 's' its subject, and one field for each attribute, named by the attribute's
-- name as a JSON string, so that a field that begins with a quote is an attribute.
-- After a rotation the old key holds a mark: '>' the new id, 't' until when the old key reads it.

local GC_SLACK = 3600000

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

-- The numbers of the session under a key; nil if there is none, or something else that nobody can read as one.
local function numbers(key)
  local m = redis.pcall('HGET', key, 'm')
  return type(m) == 'string' and parse(m) or nil
end

-- Redis frees by itself what no purge has found long after its deadline.
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

-- Tells the readers of the stream what this step does: 'n' counts the events without a gap, 't' is the type, 'i' the id,
-- 's' the subject, 'r' the reason, 'a' the time, 'c' how often it happened if not once; what is not known is not there.
local function tell(stream, most, event)
  local n = redis.call('INCR', stream .. ':n')
  if n == 1 then
    -- The first one, or the count was lost and the stream was not.
    local last = redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)
    if last[1] then
      n = tonumber(last[1][2][2]) + 1
      redis.call('SET', stream .. ':n', int(n))
    end
  end
  local fields = {'n', int(n), 't', event.type, 'a', event.at}
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
  redis.call('XADD', stream, 'MAXLEN', '~', most, '*', unpack(fields))
end

-- Takes a session out of all that knows it. Answers whether the purge still had it to find.
local function remove(key, id, by_creation, by_expiry, index)
  redis.call('DEL', key)
  redis.call('ZREM', by_creation, id)
  if index then redis.call('ZREM', index, id) end
  return redis.call('ZREM', by_expiry, id) == 1
end
