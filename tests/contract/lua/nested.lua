-- What only a function of the host's can do in a task: wait for results, see the flag of
-- its task, fail as it likes.

local asyncresult = require "asyncresult"
local harness = require "harness"
local case, F, call, control = harness.case, harness.F, harness.call, harness.control
local equal, is_true, raises = harness.equal, harness.is_true, harness.raises
local unpack = table.unpack or unpack

--- Hold a task of the host's on a latch; `control` crosses to it.
local function wait_on(latch)
  return control:apply(F.latch_wait, {latch})
end

case("B2.2", function()
  local result = harness.pool(1):apply_async(function()
    error(require("asyncresult").error("Timeout", "the task's own"))
  end)
  local failure = raises("Timeout", result.get, result)
  equal(failure.code, asyncresult.Task)
  equal(failure.message, "the task's own")
end)

case("B6.1", function()
  local pool, latch, held = harness.held_pool()
  local failed = pool:apply_async(F.byte, {300})
  local waiters, started = harness.pool(4), harness.counter()
  local results = {}
  for index = 1, 4 do
    results[index] = waiters:apply_async(function(result)
      control:apply(F.count, {started})
      local ok, value = pcall(result.get, result)
      return ok and value or value.kind
    end, {index % 2 == 0 and held or failed})
  end
  call(F.wait_for_count, started, 4)
  harness.open(latch)
  for index = 1, 4 do
    equal(results[index]:get(), index % 2 == 0 and latch or "Type")
  end
end)

case("B22.3", function()
  local pool, latch, held = harness.held_pool()
  local started = harness.counter()
  local waiting = harness.pool(1):apply_async(function()
    control:apply(F.count, {started})
    held:get()
  end)
  call(F.wait_for_count, started, 1)
  pool:terminate()
  raises("Terminated", waiting.get, waiting)
  harness.open(latch)
end)

--- A task that tells whether it is cancelled, before the latch and after.
local function flagged(pool)
  local latch = harness.latch()
  local seen = asyncresult.promise(control)
  local result = pool:apply_async(function()
    local asyncresult = require "asyncresult"
    local before = asyncresult.cancelled()
    control:apply(F.latch_wait, {latch})
    seen:set_value({before, asyncresult.cancelled()})
    return 5
  end)
  call(F.wait_for_waiters, latch, 1)
  return result, latch, seen:result()
end

case("B22.5", function()
  local pool = harness.pool(1)
  local result, latch, seen = flagged(pool)
  pool:terminate()
  harness.open(latch)
  raises("Terminated", result.get, result)
  equal(seen:get(), {false, true})
end)

case("B29.4", function()
  local result, latch, seen = flagged(harness.pool(1))
  equal(result:cancel(), "asked")
  harness.open(latch)
  equal(result:get(), 5)
  equal(seen:get(), {false, true})
end)

case("B23.6", function()
  local latch, seen = harness.latch(), asyncresult.promise(control)
  do
    local mine = asyncresult.Pool(2)
    mine:apply_async(function()
      wait_on(latch)
      local text = tostring(mine)
      mine = nil
      collectgarbage()
      collectgarbage()
      seen:set_value(text)
    end)
    call(F.wait_for_waiters, latch, 1)
  end
  collectgarbage()
  collectgarbage()
  harness.open(latch)
  is_true(seen:result():get():find("terminated"), "the pool has ended")
end)

case("B23.9", function()
  local pool = harness.pool(1)
  raises("Deadlock", pool.apply, pool, function()
    pool:close()
    pool:join()
  end)
end)

case("B24.1", function()
  for _, spare in ipairs{false, 0} do
    local pool = harness.pool{workers = 1, spare_workers = spare or nil}
    equal(pool:apply(function() return pool:apply_async(F.square, {6}):get() + 1 end), 37)
    equal(pool:apply(function()
      return pool:apply_async(function(x) return x end, {6}):get() + 1
    end), 7)
  end
end)

case("B24.2", function()
  local pool = harness.pool(1)
  local function descend(depth)
    return depth == 0 and 1 or pool:apply_async(descend, {depth - 1}):get() + 1
  end
  equal(pool:apply(descend, {100}), 101)
end)

case("B24.3", function()
  local pool, latch = harness.pool(2), harness.latch()
  local held = pool:apply_async(F.latch_wait, {latch})
  call(F.wait_for_waiters, latch, 1)
  local waiting = pool:apply_async(function() return held:get() end)
  local opener = pool:apply_async(F.latch_open, {latch})
  equal(waiting:get(), latch)
  equal(opener:get(), latch)
end)

case("B24.4", function()
  local pool = harness.pool(1)
  equal(pool:apply(function() return pool:apply_async(F.square, {6}):get(40) end), 36)
end)

--- A circle of tasks that wait for each other; how many of them had Deadlock.
local function deadlocks(workers, count)
  local pool, results = harness.pool(workers), {}
  local promise = asyncresult.promise(control)
  local all = promise:result()
  for index = 1, count do
    results[index] = pool:apply_async(function()
      local next_one = all:get()[index % count + 1]
      local ok, failure = pcall(next_one.get, next_one)
      return not ok and failure.kind or "none"
    end)
  end
  promise:set_value(results)
  local found = 0
  for index = 1, count do
    local kind = results[index]:get()
    is_true(kind == "Deadlock" or kind == "none", "kind " .. tostring(kind))
    found = found + (kind == "Deadlock" and 1 or 0)
  end
  return found
end

case("B24.5", function()
  equal(deadlocks(1, 1), 1)
  equal(deadlocks(2, 1), 1)
end)

case("B24.6", function()
  for _, each in ipairs{{2, 2}, {1, 2}, {4, 4}, {1, 4}} do
    is_true(deadlocks(each[1], each[2]) >= 1, each[2] .. " tasks, one has Deadlock")
  end
end)

case("B24.7", function()
  for _, spare in ipairs{false, 0} do
    local pool = harness.pool{workers = 1, spare_workers = spare or nil}
    equal(pool:apply(function()
      local sum = 0
      for _, value in ipairs(pool:map(F.square, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})) do
        sum = sum + value
      end
      return sum
    end), 385)
  end
end)

case("B24.8", function()
  local pool = harness.pool{workers = 1, spare_workers = 0}
  local kind, inner = unpack(pool:apply(function()
    local inner = pool:apply_async(F.square, {6})
    local ok, failure = pcall(inner.get, inner, 0.02)
    return {not ok and failure.kind, inner}
  end))
  equal(kind, "Timeout")
  equal(inner:get(), 36)
end)

case("B24.9", function()
  for _, pinned in ipairs{false, true} do
    local pool = harness.pool(2)
    local strand = pool:strand{pinned = pinned}
    equal(pool:apply(function()
      local inner = pool:apply_async(F.square, {6}, {strand = strand})
      local ok, failure = pcall(inner.get, inner)
      return ok or failure.kind == "Deadlock"
    end, nil, {strand = strand}), true)
  end
end)

case("B24.10", function()
  local pool = harness.pool(1)
  equal(pool:apply(function()
    local sum = 0
    for value in pool:imap(F.square, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}) do
      sum = sum + value
    end
    return sum
  end), 385)
end)

case("B26.6", function()
  local pool, latch = harness.held_pool{queue_limit = 1, when_full = "block"}
  local started = harness.counter()
  pool:apply_async(F.square, {1})
  local waiting = harness.pool(1):apply_async(function()
    control:apply(F.count, {started})
    pool:apply_async(F.square, {2})
  end)
  call(F.wait_for_count, started, 1)
  pool:terminate()
  raises("Terminated", waiting.get, waiting)
  harness.open(latch)
end)
