-- In a loop of lua-luv: its timers go on while the pool works, and a coroutine awaits.
-- Needs lua-luv.

local asyncresult = require "asyncresult"
local uv = require "luv"

local pool = asyncresult.Pool(2)
local ticks = 0

local timer = uv.new_timer()
timer:start(1, 1, function() ticks = ticks + 1 end)

-- Callbacks are due: the loop runs them.
local watch = uv.new_poll(pool:descriptor())
watch:start("r", function() pool:poll() end)

local function stop()
  watch:stop()
  timer:stop()
  watch:close()
  timer:close()
end

local function busy(rounds)
  local sum = 0
  for number = 1, rounds do
    sum = sum + number % 7
  end
  return sum
end

coroutine.wrap(function()
  local sum = 0
  for _ = 1, 10 do
    local answer = asyncresult.await(pool:apply_async(busy, {100000}))
    sum = sum + answer
  end
  repeat -- the timer has had its turn by now, or has it next
    asyncresult.await(pool:apply_async(busy, {1000}))
  until ticks > 0
  print("sum", sum)
  print("the timer ticked", ticks > 0)
  stop()
end)()

uv.run()
pool:close()
pool:join()
