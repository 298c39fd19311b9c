-- Functions of Lua as tasks, wherever a C function is taken.

local asyncresult = require "asyncresult"
local check = require "check"
local test, equal, is_true, raises = check.test, check.equal, check.is_true, check.raises

local Pool = asyncresult.Pool
local new_latch = check.fixture("int64_t @latch_new(void)")
local open_latch = check.fixture("int64_t @latch_open(int64_t)")
local wait_latch = check.fixture("int64_t @latch_wait(int64_t)")
local wait_for_waiters = check.fixture("int64_t @wait_for_waiters(int64_t, int64_t)")
local control = Pool(4)

local function square(x)
  return x * x
end

--- A pool of one worker that a task holds until the latch is opened.
local function held_pool(options)
  options = options or {}
  options.workers = 1
  local pool, latch = Pool(options), control:apply(new_latch)
  pool:apply_async(wait_latch, {latch})
  control:apply(wait_for_waiters, {latch, 1})
  return pool, function() control:apply(open_latch, {latch}) end
end

test("a_task_has_its_arguments_and_gives_its_value", function()
  asyncresult.with(Pool(2), function(pool)
    equal(pool:apply(square, {5}), 25)
    equal(pool:apply_async(square, {6}):get(), 36)
    equal(pool:apply(function(...) return select("#", ...) end, {nil, nil, n = 2}), 2)
    equal(pool:apply(function() end), nil)
    equal(pool:apply(function() return 1, 2 end), 1)
    equal(pool:apply(math.sqrt, {16}), 4)
  end)
end)

test("map_starmap_and_imap_take_a_lua_function", function()
  asyncresult.with(Pool(2), function(pool)
    local squares = pool:map(square, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    equal(#squares, 10)
    equal(squares[10], 100)
    equal(pool:map(square, asyncresult.array("double", {1, 2, 3}))[3], 9)
    local sums = pool:starmap(function(a, b) return a + b end, {{1, 2}, {3, 4}})
    equal(sums[2], 7)
    equal(pool:map(function(t) return t.x end, {{x = 1}, {x = 2}})[2], 2)
    local seen = {}
    for value in pool:imap(square, {1, 2, 3}, {chunksize = 2}) do
      seen[#seen + 1] = value
    end
    equal(table.concat(seen, " "), "1 4 9")
    local count, next_number = 0, 0
    local function numbers()
      next_number = next_number + 1
      return next_number <= 100 and {next_number} or nil
    end
    for value in pool:imap_unordered(function(t) return t[1] end, numbers) do
      count = count + value
    end
    equal(count, 5050)
    equal(#pool:map(square, {}), 0)
  end)
end)

test("errors_of_a_map_come_by_the_policies", function()
  asyncresult.with(Pool(2), function(pool)
    local function odd_fails(x)
      if x % 2 == 1 then
        error("odd " .. x, 0)
      end
      return x
    end
    raises("Task", "odd 1", pool.map, pool, odd_fails, {2, 1, 4, 3},
      {errors = "lowest", chunksize = 1})
    local collected = pool:map(odd_fails, {1, 2}, {errors = "collect", chunksize = 1})
    equal(collected[1].message, "odd 1")
    equal(collected[2], 2)
  end)
end)

test("callbacks_get_what_the_task_answers", function()
  asyncresult.with(Pool(1), function(pool)
    local got, failed
    pool:apply_async(function() return {x = {5}} end, nil, {callback = function(value)
      got = value.x[1]
    end}):wait()
    equal(got, 5)
    pool:apply_async(function() error({code = 7}) end, nil, {error_callback = function(e)
      failed = e.value.code
    end}):wait()
    equal(failed, 7)
  end)
end)

test("an_error_has_the_place_and_the_workers_traceback", function()
  asyncresult.with(Pool(1), function(pool)
    local function inner_function() error("went wrong") end
    local failure = raises("Task", "went wrong", pool.apply, pool, function()
      inner_function()
      return 1
    end)
    is_true(failure.message:find("tasks.lua:%d+: went wrong"), failure.message)
    local _, lines = failure.trace:gsub("tasks.lua:%d+", "")
    is_true(lines >= 2, failure.trace)
    equal(failure.origin, "Lua")
    equal(failure.code, asyncresult.Task)
  end)
end)

test("a_table_that_is_raised_survives_as_the_value", function()
  asyncresult.with(Pool(1), function(pool)
    local failure = raises("Task", "", pool.apply, pool, function()
      local t = {status = 404, list = {1, 2}}
      t.self = t
      error(setmetatable(t, {__tostring = function() return "not found" end}))
    end)
    equal(failure.message, "not found")
    equal(failure.value.status, 404)
    equal(failure.value.self, failure.value)
    equal(tostring(failure.value), "not found")
  end)
end)

test("an_error_of_this_library_keeps_its_cause_and_its_code", function()
  asyncresult.with(Pool(1), function(pool)
    local failure = raises("QueueFull", "no room", pool.apply, pool, function()
      local asyncresult = require "asyncresult"
      local ok, e = pcall(function() asyncresult.cfunction(nil, "no prototype") end)
      error(asyncresult.error("QueueFull", "no room", {value = {1}, cause = e}))
    end)
    equal(failure.cause.kind, "Prototype")
    equal(failure.value[1], 1)
  end)
end)

-- ---- workers ----

test("the_initializer_runs_once_in_each_worker", function()
  local pool = Pool{workers = 2, initializer = function(base, list)
    prepared = (prepared or base) + #list
  end, initargs = {10, {1, 2}}}
  for _ = 1, 10 do
    equal(pool:apply(function() return prepared end), 12)
  end
  pool:close()
  pool:join()
end)

test("a_module_as_initializer_is_required_in_each_worker", function()
  asyncresult.with(Pool{workers = 1, initializer = "fixture_module"}, function(pool)
    equal(pool:apply(function()
      return package.loaded.fixture_module ~= nil
    end), true)
  end)
end)

test("an_initializer_that_raises_breaks_the_pool", function()
  local pool = Pool{workers = 2, initializer = function() error("cannot prepare") end}
  local failure = raises("Broken", "", pool.apply, pool, square, {1})
  is_true(failure.cause.message:find("cannot prepare"), failure.cause.message)
  raises("Broken", "", pool.apply_async, pool, square, {1})
  pool:terminate()
  pool:join()
  pool = Pool{workers = 1, initializer = "no.such.module"}
  failure = raises("Broken", "", pool.apply, pool, square, {1})
  is_true(failure.cause.message:find("no.such.module", 1, true), failure.cause.message)
  pool:terminate()
  pool:join()
end)

test("an_initializer_that_cannot_cross_is_refused", function()
  local file = io.tmpfile()
  raises("Unsendable", "initializer, argument #1(upvalue file)", Pool,
    {workers = 1, initializer = function() return file end})
  raises("Unsendable", "initializer, argument #2: a userdata", Pool,
    {workers = 1, initializer = square, initargs = {file}})
  raises("Type", "initargs", Pool, {workers = 1, initializer = square, initargs = 5})
  file:close()
end)

test("a_caller_that_runs_a_task_has_a_prepared_state_of_its_own", function()
  local pool, open = held_pool{queue_limit = 1, when_full = "caller_runs",
    initializer = function() who = "prepared" end}
  pool:apply_async(square, {1})
  here = "the caller's"
  local result = pool:apply_async(function() return {who, here} end)
  is_true(result:ready(), "it ran here")
  local got = result:get()
  equal(got[1], "prepared")
  equal(got[2], nil)
  here = nil
  open()
  pool:close()
  pool:join()
end)

test("a_worker_that_is_recycled_has_a_new_state", function()
  asyncresult.with(Pool{workers = 1, max_tasks_per_worker = 1}, function(pool)
    local function count()
      counted = (counted or 0) + 1
      return counted
    end
    for _ = 1, 5 do
      equal(pool:apply(count), 1)
    end
  end)
  asyncresult.with(Pool(1), function(pool)
    local function count()
      counted = (counted or 0) + 1
      return counted
    end
    pool:apply(count)
    equal(pool:apply(count), 2)
  end)
end)

test("join_closes_the_states_with_their_finalisers", function()
  local path = os.tmpname()
  local pool = Pool(2)
  pool:apply(function(path)
    kept = assert(io.open(path, "w"))
    kept:write("written")
  end, {path})
  pool:close()
  pool:join()
  local file = io.open(path)
  equal(file:read("*a"), "written")
  file:close()
  os.remove(path)
end)

test("package_path_is_inherited", function()
  local before = package.path
  package.path = "./?.lua;" .. before .. ";/nowhere/?.lua"
  asyncresult.with(Pool(1), function(pool)
    equal(pool:apply(function() return package.path end), package.path)
    equal(pool:apply(function() return package.cpath end), package.cpath)
  end)
  package.path = before
end)

-- ---- waiting ----

test("a_task_waits_for_a_task_with_one_worker", function()
  asyncresult.with(Pool(1), function(pool)
    local first = pool:apply_async(square, {3})
    equal(pool:apply(function(first) return first:get() + 1 end, {first}), 10)
    equal(pool:apply(function() return pool:apply(square, {4}) end), 16)
    equal(pool:apply(function() return pool:map(square, {1, 2, 3})[3] end), 9)
    local function nest(depth)
      return depth == 0 and 0 or 1 + pool:apply_async(nest, {depth - 1}):get()
    end
    equal(pool:apply(nest, {100}), 100)
    equal(pool:apply(function()
      local sum = 0
      for value in pool:imap(square, {1, 2, 3}) do
        sum = sum + value
      end
      return sum
    end), 14)
  end)
end)

test("a_task_on_top_of_another_shares_its_state", function()
  asyncresult.with(Pool(1), function(pool)
    equal(pool:apply(function()
      mine = "outer"
      local seen = pool:apply(function()
        local before = mine
        mine = "inner"
        return before
      end)
      return seen .. " " .. mine
    end), "outer inner")
    local failure = raises("Task", "inner", pool.apply, pool, function()
      return pool:apply(function() error("inner", 0) end)
    end)
    equal(failure.message, "inner")
  end)
end)

test("a_task_has_pools_of_its_own", function()
  asyncresult.with(Pool(1), function(pool)
    equal(pool:apply(function()
      local asyncresult = require "asyncresult"
      local own, got = asyncresult.Pool(1), nil
      own:apply_async(square, {7}, {callback = function(value) got = value end}):get()
      own:close()
      own:join()
      return got
    end), 49)
  end)
end)

test("a_pool_that_a_worker_collected_comes_again", function()
  asyncresult.with(Pool(1), function(pool)
    for _ = 1, 50 do
      equal(pool:apply(function()
        return pool:apply_async(function(x) return x end, {6}):get()
      end), 6)
      pool:apply(function() collectgarbage("step") end)
    end
    pool:apply(function() collectgarbage() end)
    equal(pool:apply(function() return pool:apply_async(square, {2}):get() end), 4)
  end)
end)

test("callbacks_of_the_hosts_pool_are_refused_in_a_task", function()
  asyncresult.with(Pool(1), function(pool)
    raises("Unsupported", "callback", pool.apply, pool, function()
      pool:apply_async(square, {1}, {callback = print})
    end)
  end)
end)

test("lua_and_c_functions_run_in_one_pool", function()
  asyncresult.with(Pool(2), function(pool)
    local c_square = check.fixture("int64_t @square(int64_t)")
    local results = {}
    for number = 1, 200 do
      results[number] = pool:apply_async(number % 2 == 0 and square or c_square, {number})
    end
    for number = 1, 200 do
      equal(results[number]:get(), number * number)
    end
  end)
end)

test("a_pinned_strand_keeps_one_state", function()
  asyncresult.with(Pool(2), function(pool)
    local strand = pool:strand{pinned = true}
    local function count()
      counted = (counted or 0) + 1
      return counted
    end
    for number = 1, 20 do
      equal(pool:apply(count, nil, {strand = strand}), number)
    end
  end)
end)

-- ---- cancelling ----

test("a_running_task_sees_that_it_is_cancelled", function()
  local pool, latch = Pool(1), control:apply(new_latch)
  local function watch(latch, wait)
    local asyncresult = require "asyncresult"
    wait:get()
    return {asyncresult.cancelled(), asyncresult.in_task()}
  end
  local wait = control:apply_async(wait_latch, {latch})
  local result = pool:apply_async(watch, {latch, wait})
  repeat until tostring(result) == "AsyncResult<running>"
  equal(result:cancel(), "asked")
  control:apply(open_latch, {latch})
  local seen = result:get()
  equal(seen[1], true)
  equal(seen[2], true)
  equal(asyncresult.cancelled(), false)
  equal(asyncresult.in_task(), false)
  pool:terminate()
  pool:join()
end)

local function loop()
  while true do
    pcall(function() local x = 0 for i = 1, 100 do x = x + i end end)
  end
end

test("a_stoppable_task_is_stopped_by_cancel_and_by_terminate", function()
  local pool = Pool{workers = 1, stoppable = true}
  for _ = 1, 3 do
    local result = pool:apply_async(loop)
    repeat until tostring(result) == "AsyncResult<running>"
    equal(result:cancel(), "asked")
    raises("Cancelled", "stopped", result.get, result)
    equal(pool:apply(square, {3}), 9)
  end
  local result = pool:apply_async(function()
    return coroutine.wrap(loop)()
  end)
  repeat until tostring(result) == "AsyncResult<running>"
  pool:terminate()
  raises("Terminated", "", result.get, result)
  pool:join()
end)

test("a_task_that_ends_in_an_unusual_way_is_an_error", function()
  asyncresult.with(Pool(1), function(pool)
    local lost = {
      ["os.exit"] = function() os.exit(3, true) end,
      ["nil"] = function() error() end,
      ["overflow"] = function()
        local function f() return 1 + f() end
        return f()
      end,
      ["string"] = function() return ("x"):rep(-1):bad() end,
      ["yield"] = function() coroutine.yield(1) end,
      ["boolean"] = function() error(false) end,
    }
    for part, f in pairs(lost) do
      local failure = raises("Task", "", pool.apply, pool, f)
      is_true(failure.message:find(part) or part == "string", failure.message)
      equal(pool:apply(square, {2}), 4)
    end
  end)
end)

test("a_state_that_runs_out_of_memory_fails_the_task_alone", function()
  asyncresult.with(Pool{workers = 1, memory_limit = 4e6}, function(pool)
    for _ = 1, 3 do
      local failure = raises("Memory", "", pool.apply, pool, function()
        local t = {}
        for i = 1, 1e8 do
          t[i] = {i}
        end
      end)
      equal(failure.code, asyncresult.Memory)
      equal(pool:apply(square, {5}), 25)
    end
  end)
  asyncresult.with(Pool{workers = 1, memory_limit = 10}, function(pool)
    raises("Memory", "", pool.apply, pool, square, {1})
  end)
end)

test("what_a_function_refers_to_is_released_when_it_never_ran", function()
  local pool, open = held_pool()
  local kept = setmetatable({}, {__mode = "v"})
  do
    kept[1] = Pool(1)
    local inner = kept[1]
    pool:apply_async(function() return inner end)
    pool:apply_async(square, {inner})
  end
  pool:terminate()
  open()
  pool:join()
  collectgarbage()
  collectgarbage()
  equal(kept[1], nil)
end)

test("many_closures_in_a_row_run", function()
  asyncresult.with(Pool(2), function(pool)
    local results = {}
    for number = 1, 1000 do
      results[number] = pool:apply_async(function() return number end)
    end
    for number = 1, 1000 do
      equal(results[number]:get(), number)
    end
  end)
end)

test("a_pool_that_is_dropped_by_its_own_task_ends", function()
  local pool = Pool(1)
  local latch = control:apply(new_latch)
  pool:apply_async(function(latch_result, mine)
    latch_result:get()
    return tostring(mine)
  end, {control:apply_async(wait_latch, {latch}), pool})
  pool = nil
  collectgarbage()
  collectgarbage()
  control:apply(open_latch, {latch})
end)

control:terminate()
control:join()
check.finish()
