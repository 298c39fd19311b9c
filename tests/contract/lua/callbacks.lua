-- B8 to B13: callbacks.

local asyncresult = require "asyncresult"
local harness = require "harness"
local case, skip, F, call = harness.case, harness.skip, harness.F, harness.call
local equal, is_true, raises = harness.equal, harness.is_true, harness.raises

--- A function that keeps what it is called with, and the list of that.
local function recorder()
  local seen = {}
  return function(what)
    seen[#seen + 1] = asyncresult.is_error(what) and what.kind or what
  end, seen
end

case("B8.1", function()
  local on_value, values = recorder()
  local on_error, failures = recorder()
  local options = {callback = on_value, error_callback = on_error}
  harness.pool(1):apply(F.square, {5}, options)
  equal({values, failures}, {{25}, {}})
end)

case("B8.2", function()
  local on_value, values = recorder()
  local on_error, failures = recorder()
  local options = {callback = on_value, error_callback = on_error}
  local result = harness.pool(1):apply_async(F.byte, {300}, options)
  raises("Type", result.get, result)
  equal({values, failures}, {{}, {"Type"}})
end)

case("B8.3", function()
  local options = {callback = function() return "another value" end}
  equal(harness.pool(1):apply(F.square, {5}, options), 25)
end)

case("B9.1", function()
  local result, inside
  result = harness.pool(1):apply_async(F.square, {5}, {callback = function()
    inside = result:ready()
  end})
  result:get()
  equal({inside, result:ready()}, {false, true})
end)

case("B9.2", function()
  local ended = false
  harness.pool(1):apply(F.square, {5}, {callback = function()
    call(F.square, 6)
    ended = true
  end})
  equal(ended, true)
end)

case("B9.3", function()
  local pool, order, inside = harness.pool(1), {}, 0
  for number = 1, 10 do
    pool:apply_async(F.square, {number}, {callback = function()
      inside = inside + 1
      equal(inside, 1, "callbacks at once")
      order[#order + 1] = number
      inside = inside - 1
    end})
  end
  pool:close()
  pool:join()
  equal(order, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
end)

case("B10.1", function()
  local result = harness.pool(1):apply_async(F.square, {5}, {callback = function()
    error("the callback failed")
  end})
  local failure = raises("Task", result.get, result)
  is_true(failure.message:find("the callback failed"), "the message: " .. failure.message)
  is_true(failure.trace:find("callbacks.lua"), "the trace")
  equal(failure.origin, "Lua")
end)

case("B10.2", function()
  local options = {error_callback = function() error("the callback failed") end}
  local result = harness.pool(1):apply_async(F.byte, {300}, options)
  local failure = raises("Task", result.get, result)
  is_true(failure.message:find("the callback failed"), "the message: " .. failure.message)
  equal(failure.cause.kind, "Type")
end)

case("B10.3", function()
  local pool = harness.pool(1)
  local on_value, values = recorder()
  local bad = pool:apply_async(F.square, {5}, {callback = function() error("no") end})
  local good = pool:apply_async(F.square, {6}, {callback = on_value})
  raises("Task", bad.get, bad)
  equal(good:get(), 36)
  equal(values, {36})
end)

case("B10.4", function()
  local pool, inner = harness.pool(1), nil
  pool:apply(F.square, {5}, {callback = function(value)
    inner = pool:apply_async(F.square, {value})
  end})
  equal(inner:get(), 625)
end)

case("B10.5", function()
  local pool, counter = harness.pool(1), harness.counter()
  local kinds, own, other = {}, nil, nil
  local function try(result)
    local ok, failure = pcall(result.get, result)
    kinds[#kinds + 1] = ok and "no error" or failure.kind
  end
  own = pool:apply_async(F.count, {counter}, {callback = function()
    call(F.wait_for_count, counter, 2)
    try(own)
    try(other)
  end})
  other = pool:apply_async(F.count, {counter}, {callback = function() end})
  equal({own:get(), other:get()}, {1, 2})
  equal(kinds, {"Deadlock", "Deadlock"})
end)

case("B10.6", function()
  local pool, inner = harness.pool(1), nil
  pool:apply(F.square, {5}, {callback = function()
    inner = pool:apply(F.square, {6})
  end})
  equal(inner, 36)
end)

case("B11.1", function()
  local pool, inside = harness.pool(1), nil
  pool:apply(F.square, {5}, {callback = function()
    local other = pool:apply_async(F.square, {6})
    inside = {other:wait(20), other:ready()}
  end})
  equal(inside, {true, true})
end)

case("B11.2", function()
  local pool, counter, seen = harness.pool(1), harness.counter(), {}
  local second
  pool:apply(F.square, {5}, {callback = function()
    second = pool:apply_async(F.count, {counter}, {callback = function()
      seen[#seen + 1] = "second"
    end})
    call(F.wait_for_count, counter, 1)
    seen[#seen + 1] = second:ready()
    seen[#seen + 1] = "first ends"
  end})
  second:get()
  equal(seen, {false, "first ends", "second"})
end)

case("B12.1", function()
  -- A full pool whose submitter runs the task: it tells the thread of Lua.
  local here, latch = harness.held_pool{queue_limit = 1, when_full = "caller_runs"}
  here:apply_async(F.latch_wait, {latch})
  local function this_thread()
    return here:apply(F.thread_id)
  end
  local inside
  local worker = harness.pool(1):apply(F.thread_id, nil, {callback = function()
    inside = this_thread()
  end})
  equal(inside, this_thread(), "thread of the callback")
  is_true(inside ~= worker, "the callback runs on no worker")
end)

--- A task that has run and whose callback is due.
local function due(pool, on_value)
  local counter = harness.counter()
  local result = pool:apply_async(F.count, {counter}, {callback = on_value})
  call(F.wait_for_count, counter, 1)
  return result
end

case("B12.2", function()
  local pool = harness.pool(1)
  local on_value, values = recorder()
  local result = due(pool, on_value)
  equal({values, result:ready()}, {{}, false})
  equal(pool:poll(20), 1)
  equal({values, result:ready()}, {{1}, true})
end)

case("B12.3", function()
  local pool = harness.pool(1)
  local poll = asyncresult.cfunction("libc.so.6", "int poll(void *, unsigned long, int)")
  local readable, milliseconds = 1, 20000
  local entry = asyncresult.array("int32", {pool:descriptor(), readable})
  equal(call(poll, entry, 1, 0), 0, "readable descriptors of an empty queue")
  local result = pool:apply_async(F.square, {5}, {callback = function() end})
  equal(call(poll, entry, 1, milliseconds), 1, "readable descriptors with a callback due")
  pool:poll()
  equal(call(poll, entry, 1, 0), 0, "readable descriptors after poll")
  equal(result:ready(), true)
end)

case("B12.4", function()
  local pool = harness.pool(1)
  local on_value, values = recorder()
  equal(due(pool, on_value):get(), 1)
  equal(due(pool, on_value):wait(), true)
  equal(values, {1, 1})
end)

skip("B12.5 B12.6 B12.7", "callbacks are Lua functions: there are no events to take")
skip("B12.8", "a pool's queue is never closed before the pool is gone")
skip("B12.9", "a pool's queue has no limit")

case("B13.1", function()
  local pool, seen = harness.pool(1), {}
  local function on_done(result)
    seen[#seen + 1] = result:ready()
  end
  local latch = harness.latch()
  local good = pool:apply_async(F.latch_wait, {latch})
  local bad = pool:apply_async(F.byte, {300})
  good:add_done_callback(on_done)
  bad:add_done_callback(on_done)
  equal(seen, {})
  harness.open(latch)
  good:wait()
  bad:wait()
  pool:close()
  pool:join()
  equal(seen, {true, true})
end)

case("B13.2", function()
  local on_done, seen = recorder()
  local result = harness.pool(1):apply_async(F.square, {5})
  result:wait()
  result:add_done_callback(on_done)
  equal(#seen, 1)
  is_true(seen[1] == result, "the argument is the result")
end)

case("B13.3", function()
  local pool, latch, held = harness.held_pool()
  local order = {}
  for number = 1, 5 do
    held:add_done_callback(function()
      order[#order + 1] = number
    end)
  end
  harness.open(latch)
  held:wait()
  pool:close()
  pool:join()
  equal(order, {1, 2, 3, 4, 5})
end)
