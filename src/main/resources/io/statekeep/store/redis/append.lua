-- KEYS: events
-- ARGV: most events, then for each reason, time, how often
for i = 2, #ARGV, 3 do
  tell(KEYS[1], ARGV[1], {type = 'rejected', reason = ARGV[i], at = ARGV[i + 1], count = ARGV[i + 2]})
end
return 1
