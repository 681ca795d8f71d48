-- What a delta does to a session. HEAD is one text, since every argument costs more than what it says:
-- 'now interval max_count max_bytes touch only clear idle fixed persistent removals puts defaults increments', the last
-- four being how many there are; '-' is none.
local QUOTE = 34
local HEAD = '^(%d+) (%d+) (%d+) (%d+) (%d) (%S+) (%d) (%S+) (%S+) (%S+) (%d+) (%d+) (%d+) (%d+)$'

-- The sum of two whole numbers of 64 bits as texts; nil if it is none.
local function sum(key, value, by)
  if not string.match(value, '^-?%d+$') then return nil end
  if #value < 16 and #by < 16 then return int(tonumber(value) + tonumber(by)) end
  -- Beyond 53 bits only Redis itself counts exactly; a field that no reader takes for an attribute holds the sum.
  redis.call('HSET', key, '#', value)
  local done = redis.pcall('HINCRBY', key, '#', by)
  local exact = redis.call('HGET', key, '#')
  redis.call('HDEL', key, '#')
  return type(done) ~= 'table' and exact or nil
end

-- Writes the attributes that change: a text, or false for none. Puts them into the fields that were read, too.
local function write(key, fields, place, after, names)
  local set, dropped = {}, {}
  for _, name in ipairs(names) do
    local value, at = after[name], place[name]
    if value then
      set[#set + 1] = name
      set[#set + 1] = value
      if at then
        fields[at] = value
      else
        fields[#fields + 1] = name
        fields[#fields + 1] = value
      end
    elseif at then
      dropped[#dropped + 1] = name
    end
  end
  -- Lua takes only so many arguments at once.
  for from = 1, #set, 1000 do
    redis.call('HSET', key, unpack(set, from, math.min(from + 999, #set)))
  end
  for from = 1, #dropped, 1000 do
    redis.call('HDEL', key, unpack(dropped, from, math.min(from + 999, #dropped)))
  end
  return #dropped == 0 and fields or redis.call('HGETALL', key)
end

-- Carries out a delta on a live session; the arguments are those that DeltaArguments writes, from arguments[at] on.
-- Before anything is written, admit(now) may refuse it all, and the index of the subject, if the prefix of such indexes
-- is given, is made to live as long as the session.
-- Answers nil and a refusal, or the record and whether anything was written; its fields are those of the hash.
local function apply(key, arguments, at, subjects, admit)
  local now, interval, max_count, max_bytes, touch, only, clear, idle, fixed, persistent, removals, puts, defaults,
    increments = string.match(arguments[at], HEAD)
  now, interval, removals, puts = tonumber(now), tonumber(interval), tonumber(removals), tonumber(puts)
  local given = puts + defaults
  local all = given + increments
  local fields = read('HGETALL', key)
  if not fields then return nil, {'gone'} end
  local place, bytes, count = {}, 0, 0
  for i = 1, #fields, 2 do
    place[fields[i]] = i + 1
    if string.byte(fields[i]) == QUOTE then
      bytes, count = bytes + #fields[i] + #fields[i + 1], count + 1
    end
  end
  local r = place.m and parse(fields[place.m])
  if not r or now >= r.expires then
    return nil, {'gone'}
  end
  if only ~= '-' and tonumber(only) ~= r.version then
    return nil, {'conflict'}
  end

  -- Nothing is written before all is decided.
  local after, names = {}, {}
  if clear == '1' then
    for i = 1, #fields, 2 do
      if string.byte(fields[i]) == QUOTE then
        names[#names + 1], after[fields[i]] = fields[i], false
      end
    end
  end
  local a = at + 1
  for _ = 1, removals do
    local name = arguments[a]
    if after[name] == nil then names[#names + 1] = name end
    after[name] = false
    a = a + 1
  end
  for i = 1, all do
    local name, value = arguments[a], arguments[a + 1]
    local current = after[name]
    if current == nil then
      names[#names + 1] = name
      current = place[name] and fields[place[name]] or false
    end
    if i > given then
      value = sum(key, current or '0', value)
      if not value then return nil, {'number', name} end
    elseif i > puts and current then
      value = current
    end
    after[name] = value
    a = a + 2
  end

  for _, name in ipairs(names) do
    if place[name] then
      bytes, count = bytes - #name - #fields[place[name]], count - 1
    end
    if after[name] then
      bytes, count = bytes + #name + #after[name], count + 1
    end
  end
  -- As one JSON object: a colon for each, commas between, braces around.
  if all > 0 and (count > tonumber(max_count) or bytes + 2 * count + 1 > tonumber(max_bytes)) then
    return nil, {'large'}
  end
  if admit and not admit(now) then
    return nil, {'limit'}
  end

  local was = r.expires
  local slack = math.min(interval, math.floor(r.idle / 2))
  local due = touch == '1' and r.idle > 0 and now > r.seen and now - r.seen >= slack
  if idle ~= '-' then
    r.idle = tonumber(idle)
    slack = math.min(interval, math.floor(r.idle / 2))
  end
  if fixed ~= '-' then
    r.seen, r.idle, r.expires = now, 0, tonumber(fixed)
  elseif due or idle ~= '-' then
    r.seen, r.expires = now, now + r.idle + slack
  end
  if r.absolute > 0 then r.expires = math.min(r.expires, r.absolute) end
  if persistent ~= '-' then r.persistent = persistent end
  local changes = removals + all > 0 or clear == '1' or idle ~= '-' or fixed ~= '-' or persistent ~= '-'
  if changes then
    r.version = r.version + 1
  end
  r.subject = place.s and fields[place.s]
  if subjects and r.subject and r.expires > was then
    keep_index(subjects .. r.subject, r.expires)
  end
  if changes or due then
    names[#names + 1], after.m = 'm', format(r)
    fields = write(key, fields, place, after, names)
  end
  if r.expires ~= was then expire(key, r.expires) end
  r.sooner, r.fields = r.expires < was, fields
  return r, changes or due
end

-- The end of a script that applied a delta and leaves the session where it is: KEYS are those of save.lua.
local function saved(r, written, id)
  if r.sooner then
    -- The purge looks no earlier than this index says; later deadlines it finds out when it looks.
    redis.call('ZADD', KEYS[2], int(r.expires), id)
  end
  return {written and 'written' or 'same', r.fields}
end
