-- Calls what was defined above. An error is answered as a value; Redis 6 raises a text, later versions a table.
local ok, answer = pcall(run)
if ok then
  return answer
end
return {'error', type(answer) == 'table' and answer.err or tostring(answer)}
