-- B16, B17: maps.

local harness = require "harness"
local case, F, call = harness.case, harness.F, harness.call
local equal, is_true, raises = harness.equal, harness.is_true, harness.raises

case("B16.1", function()
  equal(harness.pool(3):map(F.square, {1, 2, 3, 4, 5}, {chunksize = 2}),
    {1, 4, 9, 16, 25})
end)

case("B16.2", function()
  local log, items = call(F.log_new), {}
  for index, number in ipairs{1, 300, 3, 4, 5, 6} do
    items[index] = {log, number}
  end
  raises("Type", function()
    harness.pool(1):starmap(F.log_byte, items, {chunksize = 3})
  end)
  equal(harness.entries(log), {1, 4, 5, 6})
end)

--- Expect the error of a map over 1, 300 and a text to be that of 300.
local function expect_first_error(policy)
  local failure = raises("Type", function()
    harness.pool(1):map(F.byte, {1, 300, "text"}, {chunksize = 1, errors = policy})
  end)
  is_true(failure.message:find("300"), "the message names 300: " .. failure.message)
end

case("B16.3", function()
  expect_first_error("first")
end)

case("B16.4", function()
  local calls = 0
  local result = harness.pool(2):map_async(F.byte, {300, 301, 302, 1}, {
    chunksize = 1,
    error_callback = function() calls = calls + 1 end,
  })
  raises("Type", result.get, result)
  equal(calls, 1)
end)

case("B16.5", function()
  local pool, opened, closed = harness.pool(2), harness.latch(), harness.latch()
  harness.open(opened)
  local result = pool:starmap_async(F.latch_byte, {{opened, 300}, {closed, 1}},
    {chunksize = 1})
  call(F.wait_for_waiters, closed, 1)
  equal(result:ready(), false)
  harness.open(closed)
  raises("Type", result.get, result)
end)

case("B16.6", function()
  expect_first_error("lowest")
end)

case("B16.7", function()
  local values = harness.pool(2):map(F.byte, {1, 300, 3}, {errors = "collect"})
  equal({values[1], values[2].kind, values[3]}, {1, "Type", 3})
end)

case("B16.8", function()
  local log, items = call(F.log_new), {}
  for index, number in ipairs{1, 300, 3, 4} do
    items[index] = {log, number}
  end
  raises("Type", function()
    harness.pool(1):starmap(F.log_byte, items, {chunksize = 1, errors = "fail_fast"})
  end)
  equal(harness.entries(log), {1})
end)

case("B16.9", function()
  local pool = harness.pool(1)
  for _, size in ipairs{0, -1, 1.5} do
    raises("Argument", pool.map, pool, F.square, {1, 2}, {chunksize = size})
  end
end)

case("B16.10", function()
  equal(harness.pool(2):starmap(F.add, {{1, 2}, {3, 4}, {5, 6}}), {3, 7, 11})
end)

case("B17.1", function()
  local pool = harness.held_pool()
  local result = pool:map_async(F.square, {})
  equal({result:ready(), result:successful()}, {true, true})
  equal(result:get(), {})
  equal(type(result:get()), "table")
end)

case("B17.2", function()
  local values = {}
  local pool = harness.pool(1)
  local result = pool:map_async(F.square, {}, {callback = function(value)
    values[#values + 1] = value
  end})
  equal(result:get(), {})
  pool:poll()
  equal(#values, 1)
  equal({type(values[1]), #values[1]}, {"table", 0})
end)
