-- L1: functions of Lua as tasks.

local asyncresult = require "asyncresult"
local harness = require "harness"
local case, F, call, control = harness.case, harness.F, harness.call, harness.control
local equal, is_true, raises = harness.equal, harness.is_true, harness.raises

local function same(...)
  return ...
end

local function square(number)
  return number * number
end

case("L1.1", function()
  local pool = harness.pool(2)
  for _, value in ipairs{25, 2 ^ 53 - 1, 0.1, -1.5, "text", "\255\0\254", true, false} do
    equal(pool:apply(same, {value}), value)
  end
  local large = asyncresult.integer("9007199254740993")
  equal(tostring(pool:apply(same, {large})), "9007199254740993")
  large = asyncresult.integer("9223372036854775807")
  equal(pool:apply(same, {large}), large)
  equal(pool:apply(same, {nil, n = 1}), nil)
  equal(pool:apply(same, {{1, {2, "x"}, 3}}), {1, {2, "x"}, 3})
  local map = pool:apply(same, {{key = "value", [5] = {a = 1}}})
  equal({map.key, map[5].a}, {"value", 1})
end)

case("L1.2", function()
  local result = harness.pool(1):apply_async(function() error("went wrong") end)
  local failure = raises("Task", result.get, result)
  is_true(failure.message:find("tasks.lua:%d+: went wrong"), failure.message)
  is_true(failure.trace:find("tasks.lua:%d+"), tostring(failure.trace))
  equal(raises("Task", result.get, result).message, failure.message)
end)

case("L1.3", function()
  local pool = harness.pool(1)
  local failure = raises("QueueFull", pool.apply, pool, function()
    local asyncresult = require "asyncresult"
    local cause = asyncresult.error("NotFound", "no such file", {value = {path = "/x"}})
    error(asyncresult.error("QueueFull", "later", {value = {1, 2}, cause = cause}))
  end)
  equal(failure.value, {1, 2})
  equal({failure.cause.kind, failure.cause.code}, {"NotFound", asyncresult.Task})
  equal(failure.cause.value.path, "/x")
  failure = raises("Task", pool.apply, pool, function() error({status = 404}) end)
  equal(failure.value.status, 404)
end)

case("L1.4", function()
  local pool = harness.pool(2)
  local function sum(...)
    local total = 0
    for index = 1, select("#", ...) do
      total = total + select(index, ...)
    end
    return total
  end
  local many = {}
  for number = 1, 100 do
    many[number] = number
  end
  equal(pool:apply(sum, many), 5050)
  equal(pool:starmap(sum, {{}, {1}, {1, 2}, many}), {0, 1, 3, 5050})
end)

case("L1.5", function()
  local pool = harness.pool(1)
  local failure = raises("Unsendable", pool.apply_async, pool, same, {{a = {b = {io.stdin,
    coroutine.create(square)}}}})
  is_true(failure.message:find("argument #1.a.b[2]: a coroutine", 1, true), failure.message)
  local file = io.tmpfile()
  failure = raises("Unsendable", pool.map_async, pool, function() return file end, {1})
  is_true(failure.message:find("upvalue file", 1, true), failure.message)
  file:close()
end)

case("L1.6", function()
  local pool = harness.pool(1)
  local failure = raises("Unsendable", pool.apply, pool, function()
    return {x = {coroutine.create(function() end)}}
  end)
  is_true(failure.message:find("value.x[1]", 1, true), failure.message)
  equal(pool:apply(square, {5}), 25)
end)

local function fails_at(numbers)
  return function(number)
    for _, bad in ipairs(numbers) do
      if bad == number then
        error("bad " .. number, 0)
      end
    end
    return number * number
  end
end

case("L1.7", function()
  local pool = harness.pool(2)
  equal(pool:map(square, {1, 2, 3, 4, 5}), {1, 4, 9, 16, 25})
  local function message(errors)
    return raises("Task", pool.map, pool, fails_at{2, 4}, {1, 2, 3, 4, 5},
      {chunksize = 1, errors = errors}).message
  end
  is_true(message("first"):find("bad [24]"), "first")
  equal(message("lowest"), "bad 2")
  is_true(message("fail_fast"):find("bad [24]"), "fail fast")
  local collected = pool:map(fails_at{2}, {1, 2, 3}, {chunksize = 1, errors = "collect"})
  equal({collected[1], collected[2].message, collected[3]}, {1, "bad 2", 9})
end)

case("L1.8", function()
  local pool = harness.pool(2)
  local iterator, seen = pool:imap(fails_at{2, 3}, {1, 2, 3, 4}), {}
  for place = 1, 4 do
    local ok, value = pcall(iterator.next, iterator)
    seen[place] = ok and value or value.message
  end
  equal(seen, {1, "bad 2", "bad 3", 16})
  equal(iterator:next(), nil)
end)

case("L1.9", function()
  local pool = harness.pool(1)
  local ways = {
    function() os.exit(3, true) end,
    function() error(nil) end,
    function() error(42) end,
    function() error(setmetatable({}, {__tostring = error})) end,
    function() coroutine.yield() end,
    function()
      local function recurse() return recurse() + 1 end
      return recurse()
    end,
  }
  for index, way in ipairs(ways) do
    local ok, failure = pcall(pool.apply, pool, way)
    is_true(not ok and asyncresult.is_error(failure), "error of way " .. index)
    equal(pool:apply(square, {index}), index * index)
  end
end)

case("L1.10", function()
  local pool = harness.pool{workers = 2, initializer = function(base, more)
    prepared = (prepared or base) + more
  end, initargs = {40, 2}}
  for _, value in ipairs(pool:map(function() return prepared end, {1, 2, 3, 4, 5, 6})) do
    equal(value, 42)
  end
  local broken = harness.pool{workers = 2, initializer = function() error("unprepared") end}
  local failure = raises("Broken", broken.apply, broken, square, {1})
  is_true(failure.cause.message:find("unprepared"), tostring(failure.cause))
end)

--- A task that tells whether it is cancelled once the latch is open.
local function flagged(pool)
  local latch, seen = harness.latch(), asyncresult.promise(control)
  local result = pool:apply_async(function()
    control:apply(F.latch_wait, {latch})
    seen:set_value(require("asyncresult").cancelled())
  end)
  call(F.wait_for_waiters, latch, 1)
  return result, latch, seen:result()
end

case("L1.11", function()
  local result, latch, seen = flagged(harness.pool(1))
  equal(result:cancel(), "asked")
  harness.open(latch)
  equal(seen:get(), true)
  local pool = harness.pool(1)
  result, latch, seen = flagged(pool)
  pool:terminate()
  harness.open(latch)
  equal(seen:get(), true)
  raises("Terminated", result.get, result)
end)

case("L1.12", function()
  local pool, results = harness.pool(2), {}
  for number = 1, 50 do
    results[number] = pool:apply_async(number % 2 == 0 and square or F.square, {number})
  end
  for number = 1, 50 do
    equal(results[number]:get(), number * number)
  end
  equal(pool:apply_async(square, {3}):and_then(F.square):get(), 81)
end)

-- A promise is cancelled once nobody holds it any more.
local function refers_to_promise(pool)
  local promise = asyncresult.promise(control)
  local result = promise:result()
  local submitted = pool:apply_async(function() return tostring(promise) end, {promise})
  return result, submitted
end

local function collect()
  collectgarbage()
  collectgarbage()
end

case("L1.13", function()
  local pool = harness.pool(1)
  local released, submitted = refers_to_promise(pool)
  submitted:wait()
  submitted = nil
  collect()
  pool:apply(square, {1}) -- the worker looks for what was released
  pool:close()
  pool:join()
  raises("Cancelled", released.get, released, 15)
  local latch
  pool, latch = harness.held_pool()
  released = refers_to_promise(pool)
  pool:terminate()
  collect()
  harness.open(latch)
  pool:join()
  raises("Cancelled", released.get, released, 15)
end)

case("L1.14", function()
  local pool, seen = harness.pool(1), {}
  pool:apply_async(square, {3}, {callback = function(value) seen[#seen + 1] = value end}):wait()
  pool:apply_async(function() error("bad", 0) end, nil, {error_callback = function(failure)
    seen[#seen + 1] = failure.message
  end}):wait()
  equal(seen, {9, "bad"})
end)

harness.child("exit_with_lua_task", function()
  local pool, latch = asyncresult.Pool(1), call(F.latch_new)
  pool:apply_async(function() control:apply(F.latch_wait, {latch}) end)
  call(F.wait_for_waiters, latch, 1)
  os.exit(7)
end)

case("L1.15", function()
  equal((harness.run_child("exit_with_lua_task")), 7)
end)
