-- Coroutines that wait for results without holding up each other.

local asyncresult = require "asyncresult"
local await = asyncresult.await

local pool = asyncresult.Pool(2)

local function slow_square(number)
  local total = 0
  for _ = 1, 1e5 do
    total = total + number
  end
  return number * number
end

local function session(name, numbers)
  local sum = 0
  for _, number in ipairs(numbers) do
    local square = await(pool:apply_async(slow_square, {number}))
    sum = sum + square
  end
  print(name, sum)
  return sum
end

asyncresult.run(function()
  asyncresult.spawn(session, "first", {1, 2, 3})
  asyncresult.spawn(session, "second", {4, 5, 6})
end)

pool:close()
pool:join()
