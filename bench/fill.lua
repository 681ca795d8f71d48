-- Makes so many new sessions, then leaves its connections idle.
-- Arguments: how many; a file for their cookies or "-"; every how manieth cookie goes there.

local left, every, answered = 0, 1, 0
local file

function init(arguments)
  left, every = tonumber(arguments[1]), tonumber(arguments[3])
  if arguments[2] ~= "-" then
    file = io.open(arguments[2], "a")
    response = keep
  end
end

-- Only where cookies are kept: a response function costs wrk time.
function keep(status, headers)
  local cookie = headers["Set-Cookie"] or headers["set-cookie"]
  if cookie then
    if answered % every == 0 then
      file:write(cookie:match("^[^;]*"), "\n")
      file:flush()
    end
    answered = answered + 1
  end
end

-- Called before each request, in milliseconds.
function delay()
  left = left - 1
  return left >= 0 and 0 or 3600000
end

function done(summary)
  local errors = summary.errors
  io.write(string.format("RESULT requests=%d status=%d socket=%d timeout=%d\n", summary.requests,
    errors.status, errors.connect + errors.read + errors.write, errors.timeout))
end
