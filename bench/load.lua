-- Sends the cookies of a file by turns, one in each request; without a file, none.
-- Arguments: the file, or "-".

local requests, turn = {}, 0

function init(arguments)
  if arguments[1] ~= "-" then
    for cookie in io.lines(arguments[1]) do
      requests[#requests + 1] = wrk.format("GET", nil, { ["Cookie"] = cookie })
    end
  else
    requests[1] = wrk.format("GET")
  end
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

-- One line for the program that started wrk: times in microseconds.
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    "RESULT requests=%d duration=%d p50=%d p99=%d status=%d socket=%d timeout=%d\n",
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.status, errors.connect + errors.read + errors.write, errors.timeout))
end
