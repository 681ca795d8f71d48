-- A session without a subject that is no repeat, as most are, where Redis numbers the event by itself: before all that has
-- to be defined for the rest, which decides where one of the steps before the first write is not as it mostly is, or there
-- are more arguments than Lua takes at once.
if ARGV[6] == '' and #ARGV < 1000 and redis.REDIS_VERSION_NUM and redis.call('EXISTS', KEYS[1]) == 0 then
  local time = redis.call('TIME')
  local told = redis.pcall('XADD', KEYS[4], 'NOMKSTREAM', 'MAXLEN', '~', ARGV[5], '1-*',
    't', 'created', 'a', ARGV[4], 'u', string.format('%s%06d', time[1], time[2]), 'i', ARGV[1])
  if type(told) == 'string' then
    redis.call('ZADD', KEYS[2], ARGV[3], ARGV[1])
    redis.call('ZADD', KEYS[3], ARGV[2], ARGV[1])
    redis.call('HSET', KEYS[1], unpack(ARGV, 7))
    redis.call('PEXPIREAT', KEYS[1], ARGV[2] + GC_SLACK)
    return {'created', {}}
  end
end
