-- The ids of a subject's sessions that have to end so that it may have one more; nil if it may not have one.
local function room(index, sessions, most, oldest_end, now)
  local leaving, live = {}, {}
  if most == 0 then return leaving end
  for _, id in ipairs(redis.call('ZRANGE', index, 0, -1)) do
    local r = numbers(sessions .. id)
    if not r then
      redis.call('ZREM', index, id)
    elseif now < r.expires then
      live[#live + 1] = id
    end
  end
  local too_many = #live + 1 - most
  if too_many > 0 and not oldest_end then return nil end
  for i = 1, too_many do leaving[i] = live[i] end
  return leaving
end
