-- B19 to B26: pools.

local asyncresult = require "asyncresult"
local harness = require "harness"
local case, skip, F, call = harness.case, harness.skip, harness.F, harness.call
local equal, is_true, raises = harness.equal, harness.is_true, harness.raises

case("B19.1", function()
  local pipe = assert(io.popen("nproc"))
  local cpus = pipe:read("*n")
  pipe:close()
  local workers = harness.pool():workers()
  equal(workers, asyncresult.default_worker_count(), "workers")
  is_true(workers >= 1 and workers <= cpus, "no more workers than CPUs")
end)

case("B19.2", function()
  local pool, latch = harness.pool(3), harness.latch()
  local results = {}
  for number = 1, 3 do
    results[number] = pool:apply_async(F.latch_number, {latch, number})
  end
  call(F.wait_for_waiters, latch, 3)
  harness.open(latch)
  for number = 1, 3 do
    equal(results[number]:get(), number)
  end
end)

case("B19.3", function()
  for _, number in ipairs{0, -1} do
    raises("Argument", asyncresult.Pool, number)
    raises("Argument", asyncresult.Pool, {workers = 1, max_tasks_per_worker = number})
    raises("Argument", asyncresult.Pool, {workers = 1, queue_limit = number})
  end
end)

case("B19.4", function()
  local counter = harness.counter()
  local pool = harness.pool{workers = 2, initializer = F.count, initargs = {counter}}
  is_true(pool:apply(F.counter_get, {counter}) >= 1, "the initializer ran first")
  pool:map(F.square, {1, 2, 3, 4, 5, 6}, {chunksize = 1})
  pool:close()
  pool:join()
  is_true(harness.count_of(counter) <= 2, "it ran at most once in each worker")
end)

local function broken_pool()
  return harness.pool{workers = 1, initializer = F.byte, initargs = {300}}
end

case("B19.5", function()
  local pool = broken_pool()
  local ok, result = pcall(pool.apply_async, pool, F.square, {2})
  if ok then
    raises("Broken", result.get, result)
  else
    equal(result.kind, "Broken")
  end
  local failure = raises("Broken", pool.apply_async, pool, F.square, {2})
  equal(failure.cause and failure.cause.kind, "Type", "cause")
end)

case("B19.6", function()
  local latch, counter = harness.latch(), harness.counter()
  local pool = harness.pool{workers = 2, initializer = F.count_byte,
    initargs = {counter, 300}}
  pcall(pool.apply, pool, F.square, {2})
  harness.open(latch)
  pool:close()
  pool:join(20)
end)

case("B19.7", function()
  local counter = harness.counter()
  local pool = harness.pool{workers = 1, max_tasks_per_worker = 2,
    initializer = F.count, initargs = {counter}}
  for number = 1, 6 do
    equal(pool:apply(F.square, {number}), number * number)
  end
  is_true(harness.count_of(counter) >= 3, "three workers were started")
end)

case("B19.8", function()
  local counter = harness.counter()
  local pool = harness.pool{workers = 1, max_tasks_per_worker = 2,
    initializer = F.count, initargs = {counter}}
  pool:map(F.square, {1, 2, 3, 4, 5, 6, 7, 8}, {chunksize = 4})
  pool:close()
  pool:join()
  is_true(harness.count_of(counter) <= 2, "at most two workers were started")
end)

case("B21.1", function()
  local pool = harness.pool(1)
  pool:close()
  raises("PoolClosed", pool.apply_async, pool, F.square, {1})
  raises("PoolClosed", pool.map_async, pool, F.square, {1})
  raises("PoolClosed", pool.map_async, pool, F.square, {})
end)

case("B21.2", function()
  local pool, latch, held = harness.held_pool()
  local queued = pool:apply_async(F.square, {5})
  pool:close()
  harness.open(latch)
  equal({held:get(), queued:get()}, {latch, 25})
end)

case("B21.3", function()
  local pool = harness.pool(1)
  pool:close()
  pool:close()
  pool:join()
end)

case("B22.1", function()
  local pool, latch = harness.held_pool()
  local counter = harness.counter()
  local queued = pool:apply_async(F.count, {counter})
  pool:terminate()
  harness.open(latch)
  pool:join()
  raises("Terminated", queued.get, queued)
  equal(harness.count_of(counter), 0, "runs")
end)

case("B22.2", function()
  local pool, latch, held = harness.held_pool()
  local queued = pool:apply_async(F.square, {1})
  local map = pool:map_async(F.square, {1, 2, 3})
  pool:terminate()
  raises("Terminated", held.get, held)
  raises("Terminated", queued.get, queued)
  raises("Terminated", map.get, map)
  equal(call(F.latch_waiting, latch), 1, "tasks that still wait")
end)

case("B22.4", function()
  local pool, latch = harness.held_pool()
  local kinds = {}
  local options = {error_callback = function(failure)
    kinds[#kinds + 1] = failure.kind
  end}
  pool:apply_async(F.square, {1}, options)
  pool:map_async(F.square, {1, 2, 3}, options)
  pool:terminate()
  harness.open(latch)
  pool:join()
  equal(kinds, {"Terminated", "Terminated"})
end)

case("B22.6", function()
  local pool, latch = harness.held_pool()
  pool:terminate()
  raises("Timeout", pool.join, pool, 0.01)
  equal(call(F.latch_waiting, latch), 1, "tasks that still wait")
  harness.open(latch)
  pool:join()
  equal(call(F.latch_waiting, latch), 0, "tasks that still wait")
end)

case("B22.7", function()
  local pool = harness.pool(1)
  pool:terminate()
  raises("Terminated", pool.apply_async, pool, F.square, {1})
end)

case("B22.8", function()
  local pool, other = harness.pool(1), harness.pool(1)
  pool:terminate()
  pool:terminate()
  other:close()
  other:terminate()
  pool:join()
  other:join()
end)

case("B23.1", function()
  local pool = harness.pool(1)
  raises("PoolRunning", pool.join, pool)
end)

case("B23.2", function()
  local pool, counter = harness.pool(2), harness.counter()
  for _ = 1, 20 do
    pool:apply_async(F.count, {counter})
  end
  pool:close()
  pool:join()
  equal(harness.count_of(counter), 20, "tasks that ran")
  pool:join()
end)

case("B23.3", function()
  local pool, latch = harness.held_pool()
  pool:close()
  raises("Timeout", pool.join, pool, 0)
  raises("Timeout", pool.join, pool, 0.01)
  harness.open(latch)
  pool:join()
end)

local load_text = loadstring or load
-- What leaving a scope is: <close> where Lua has it, otherwise asyncresult.with.
local in_scope = load_text("local pool, f = ... local p <close> = pool return f(p)") or
  asyncresult.with

case("B23.4", function()
  local pool = asyncresult.Pool(1)
  equal(in_scope(pool, function(inner) return inner:apply(F.square, {5}) end), 25)
  raises("Terminated", pool.apply_async, pool, F.square, {1})
  pool:join()
  local other = asyncresult.Pool(1)
  is_true(not pcall(in_scope, other, function() error("leaves early") end), "an error")
  raises("Terminated", other.apply_async, other, F.square, {1})
end)

case("B23.5", function()
  local latch = harness.latch()
  do
    local pool = asyncresult.Pool(1)
    pool:apply_async(F.latch_wait, {latch})
    call(F.wait_for_waiters, latch, 1)
  end
  collectgarbage()
  collectgarbage()
  equal(call(F.latch_waiting, latch), 1, "tasks that still wait")
end)

skip("B23.7", "the call that runs callbacks holds the pool")

case("B23.8", function()
  local pool, failure = harness.pool(1), nil
  pool:apply(F.square, {5}, {callback = function()
    pool:close()
    failure = select(2, pcall(pool.join, pool))
  end})
  equal(failure and failure.kind, "Deadlock")
end)

case("B25.1", function()
  local result = harness.pool(1):apply_async(F.exit_thread)
  raises("WorkerLost", result.get, result)
end)

case("B25.2", function()
  local pool = harness.pool(1)
  for _ = 1, 3 do
    pool:apply_async(F.exit_thread):wait()
  end
  equal(pool:apply(F.square, {5}), 25)
end)

case("B25.3", function()
  local function recurse()
    return recurse() + 1
  end
  local ways = {
    function() error(nil) end,
    function() error(42) end,
    function() error({}) end,
    function() error(setmetatable({}, {__tostring = error})) end,
    function() error(print) end,
    function() coroutine.yield() end,
    recurse,
  }
  local pool = harness.pool(1)
  for index, way in ipairs(ways) do
    local result = pool:apply_async(F.square, {index}, {callback = way})
    local ok, failure = pcall(result.get, result)
    is_true(not ok and asyncresult.is_error(failure), "error of way " .. index)
  end
  equal(pool:apply(F.square, {5}, {callback = function() end}), 25)
end)

case("B26.1", function()
  local pool, latch = harness.held_pool{queue_limit = 1, when_full = "fail"}
  local queued = pool:apply_async(F.square, {2})
  raises("QueueFull", pool.apply_async, pool, F.square, {3})
  harness.open(latch)
  equal(queued:get(), 4)
end)

case("B26.2", function()
  local pool, latch = harness.held_pool{queue_limit = 1, when_full = "block"}
  local queued = pool:apply_async(F.square, {2})
  harness.control:apply_async(F.latch_open, {latch})
  equal(pool:apply_async(F.square, {3}):get(), 9)
  equal(queued:get(), 4)
end)

case("B26.3", function()
  local pool = harness.held_pool{queue_limit = 1, when_full = "caller_runs"}
  local queued = pool:apply_async(F.square, {2})
  local run_here = pool:apply_async(F.square, {3})
  equal({queued:ready(), run_here:ready()}, {false, true})
  equal(run_here:get(), 9)
end)

case("B26.4", function()
  local pool, latch = harness.held_pool{queue_limit = 1, when_full = "fail"}
  local map = pool:map_async(F.square, {1, 2, 3, 4}, {chunksize = 1})
  harness.open(latch)
  equal(map:get(), {1, 4, 9, 16})
end)

case("B26.5", function()
  local pool, latch = harness.pool{workers = 1, queue_limit = 1}, harness.latch()
  local third
  pool:apply(F.square, {1}, {callback = function()
    pool:apply_async(F.latch_wait, {latch})
    call(F.wait_for_waiters, latch, 1)
    pool:apply_async(F.square, {2})
    third = pool:apply_async(F.square, {3}):ready()
  end})
  equal(third, true)
end)
