-- KEYS: index by creation, of a subject or of all
-- ARGV: prefix of sessions, now, most sessions, most ids to look at, creation of the last session listed or '', its id
-- Answers the creation and id of the last one looked at ('' at the end), then the sessions, newest first.
local index, now = KEYS[1], tonumber(ARGV[2])
local from = 0
if ARGV[5] ~= '' then
  -- Where the last one stands, or would stand if it has ended since.
  local added = redis.call('ZADD', index, 'NX', ARGV[5], ARGV[6])
  from = redis.call('ZREVRANK', index, ARGV[6])
  if added == 1 then
    redis.call('ZREM', index, ARGV[6])
  else
    from = from + 1
  end
end
local page, last, looked = {}, {'', ''}, tonumber(ARGV[4])
local ids = redis.call('ZREVRANGE', index, from, from + looked - 1, 'WITHSCORES')
for i = 1, #ids, 2 do
  if #page == tonumber(ARGV[3]) then break end
  local key = ARGV[1] .. ids[i]
  local r = numbers(key)
  if r and now < r.expires then
    page[#page + 1] = {ids[i], redis.call('HGETALL', key)}
  elseif not r then
    redis.call('ZREM', index, ids[i])
  end
  last = {ids[i + 1], ids[i]}
end
if #ids < looked * 2 and last[2] == (ids[#ids - 1] or '') then
  last = {'', ''}
end
return {last[1], last[2], page}
