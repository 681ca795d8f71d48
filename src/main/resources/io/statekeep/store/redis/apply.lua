-- Carries out a delta on a live session; the arguments are those that RedisDelta writes, from ARGV[at] on.
-- Before anything is written, admit(now) may refuse it all.
-- Answers nil and a refusal, or the record and whether anything was written.
local function apply(key, at, admit)
  local a = at
  local function take()
    a = a + 1
    return ARGV[a - 1]
  end
  local r = numbers(key)
  local now = tonumber(take())
  if not r or now >= r.expires then
    return nil, {'gone'}
  end
  local interval = math.min(tonumber(take()), math.floor(r.idle / 2))
  local max_count = tonumber(take())
  local max_bytes = tonumber(take())
  local touch = take() == '1'
  local only = take()
  if only ~= '' and tonumber(only) ~= r.version then
    return nil, {'conflict'}
  end
  local clear = take() == '1'
  local idle, fixed, persistent = take(), take(), take()

  -- What each touched attribute will be: a text, or false for none. Nothing is written before all is decided.
  local after, names, changes, grows = {}, {}, false, false
  local function current(name)
    if after[name] ~= nil then return after[name] end
    return not clear and redis.call('HGET', key, name)
  end
  local function become(name, value)
    if after[name] == nil then names[#names + 1] = name end
    after[name] = value
  end
  for _ = 1, tonumber(take()) do
    become(take(), false)
    changes = true
  end
  for _ = 1, tonumber(take()) do
    local name = take()
    become(name, take())
    changes, grows = true, true
  end
  for _ = 1, tonumber(take()) do
    local name, value = take(), take()
    if not current(name) then become(name, value) end
    changes, grows = true, true
  end
  for _ = 1, tonumber(take()) do
    local name, by = take(), take()
    local value = current(name) or '0'
    if not string.match(value, '^-?%d+$') then return nil, {'number', name} end
    if #value < 16 and #by < 16 then
      become(name, int(tonumber(value) + tonumber(by)))
    else
      -- Beyond 53 bits only Redis itself counts exactly; a field that no reader takes for an attribute holds the sum.
      redis.call('HSET', key, '#', value)
      local sum = redis.pcall('HINCRBY', key, '#', by)
      local exact = redis.call('HGET', key, '#')
      redis.call('HDEL', key, '#')
      if type(sum) == 'table' then return nil, {'number', name} end
      become(name, exact)
    end
    changes, grows = true, true
  end

  local bytes, count = clear and 0 or r.bytes, clear and 0 or r.count
  for _, name in ipairs(names) do
    local before = clear and 0 or redis.call('HSTRLEN', key, name)
    if before > 0 then
      bytes, count = bytes - #name - before, count - 1
    end
    if after[name] then
      bytes, count = bytes + #name + #after[name], count + 1
    end
  end
  -- As one JSON object: a colon for each, commas between, braces around.
  if grows and (count > max_count or bytes + 2 * count + 1 > max_bytes) then
    return nil, {'large'}
  end

  if admit and not admit(now) then
    return nil, {'limit'}
  end

  local due = touch and r.idle > 0 and now > r.seen and now - r.seen >= interval
  local was = r.expires
  local function deadline(timeout, slack)
    local at_idle = now + timeout + slack
    return r.absolute > 0 and math.min(at_idle, r.absolute) or at_idle
  end
  if due then
    r.seen = now
    r.expires = deadline(r.idle, interval)
  end
  if idle ~= '' then
    r.seen, r.idle = now, tonumber(idle)
    r.expires = deadline(r.idle, math.min(tonumber(ARGV[at + 1]), math.floor(r.idle / 2)))
  elseif fixed ~= '' then
    r.seen, r.idle, r.expires = now, 0, tonumber(fixed)
    if r.absolute > 0 then r.expires = math.min(r.expires, r.absolute) end
  end
  if persistent ~= '' then r.persistent = persistent end
  changes = changes or clear or idle ~= '' or fixed ~= '' or persistent ~= ''
  if changes then
    r.version = r.version + 1
    r.bytes, r.count = bytes, count
  end

  if clear then
    for _, name in ipairs(redis.call('HKEYS', key)) do
      if string.sub(name, 1, 1) == '"' then redis.call('HDEL', key, name) end
    end
  end
  for _, name in ipairs(names) do
    if after[name] then
      redis.call('HSET', key, name, after[name])
    else
      redis.call('HDEL', key, name)
    end
  end
  if changes or due then
    redis.call('HSET', key, 'm', format(r))
  end
  if r.expires ~= was then expire(key, r.expires) end
  r.sooner = r.expires < was
  r.later = r.expires > was
  return r, changes or due
end

-- The end of a script that applied a delta and leaves the session where it is: KEYS and ARGV are those of save.lua.
local function saved(r, written)
  if r.sooner then
    -- The purge looks no earlier than this index says; later deadlines it finds out when it looks.
    redis.call('ZADD', KEYS[2], int(r.expires), ARGV[1])
  elseif r.later then
    local subject = redis.call('HGET', KEYS[1], 's')
    if subject then keep_index(ARGV[2] .. subject, r.expires) end
  end
  return {written and 'written' or 'same', redis.call('HGETALL', KEYS[1])}
end
