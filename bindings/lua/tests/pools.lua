-- Pool in Lua: its options, what it refuses, how it ends.

local asyncresult = require "asyncresult"
local check = require "check"
local test, equal, is_true, raises = check.test, check.equal, check.is_true, check.raises

local Pool = asyncresult.Pool
local square = check.fixture("int64_t @square(int64_t)")

test("a_pool_prints_its_state", function()
  local pool = Pool(2)
  equal(tostring(pool), "AsyncResult.Pool<open, 2 workers>")
  pool:close()
  is_true(tostring(pool):find("closed"), tostring(pool))
  pool:terminate()
  is_true(tostring(pool):find("terminated"), tostring(pool))
  pool:join()
end)

test("a_pool_takes_a_number_options_or_nothing", function()
  equal(Pool(3):workers(), 3)
  equal(Pool{workers = 2, name = "test", spare_workers = 0}:workers(), 2)
  equal(Pool():workers(), asyncresult.default_worker_count())
end)

test("wrong_options_of_a_pool_are_argument_errors", function()
  raises("Argument", "wrokers", Pool, {wrokers = 4})
  raises("Argument", "expected a table of options", Pool, "4")
  raises("Argument", "found 1.5", Pool, 1.5)
  raises("Argument", "expected a whole number, found string", Pool, {workers = "4"})
  raises("Argument", "block", Pool, {queue_limit = 1, when_full = "explode"})
  raises("Argument", "queue_limit", Pool, {when_full = "fail"})
  raises("Argument", "workers", Pool, {helping = "nobody"})
  raises("Argument", "spare", Pool, {workers = 1, spare_workers = -1})
  raises("Argument", "initializer", Pool, {initargs = {}})
  raises("Argument", "on_unread_error", Pool, {on_unread_error = 5})
  raises("Argument", "found number", Pool, {initializer = 5})
  raises("Argument", "stoppable", Pool, {stoppable = 0.5})
  raises("Argument", "memory_limit", Pool, {memory_limit = "1M"})
end)

test("wrong_options_of_a_submit_are_argument_errors", function()
  local pool = Pool(1)
  raises("Argument", "calback", pool.apply, pool, square, {1}, {calback = print})
  raises("Argument", "chunksize", pool.apply, pool, square, {1}, {chunksize = 1})
  raises("Argument", "callback: expected a function", pool.apply, pool, square, {1},
    {callback = 5})
  raises("Argument", "error_callback", pool.apply, pool, square, {1}, {error_callback = 5})
  raises("Argument", "strand", pool.apply, pool, square, {1}, {strand = {}})
  raises("Argument", "tag", pool.apply, pool, square, {1}, {tag = "x"})
  raises("Argument", "collect", pool.map, pool, square, {1}, {errors = "ignore"})
  raises("Argument", "table of options", pool.apply, pool, square, {1}, print)
end)

test("what_is_no_function_is_an_argument_error", function()
  local pool = Pool(1)
  raises("Argument", "found table", pool.map_async, pool, {}, {1})
  raises("Argument", "found string", pool.apply_async, pool, "cos")
  raises("Argument", "found nil", pool.apply_async, pool)
end)

test("a_strand_of_another_pool_is_refused", function()
  local pool, other = Pool(1), Pool(1)
  raises("Argument", "", pool.apply, pool, square, {1}, {strand = other:strand()})
  raises("Argument", "", pool.strand, pool, {pined = true})
end)

--- On which thread `wait` has a task run that no worker can run, and the thread of Lua.
local function thread_of_a_wait(helping, wait)
  local thread_id = check.fixture("int64_t @thread_id(void)")
  local latch_wait = check.fixture("int64_t @latch_wait(int64_t)")
  local control = Pool(1)
  local latch = control:apply(check.fixture("int64_t @latch_new(void)"))
  local pool = Pool{workers = 1, helping = helping}
  local here = Pool{workers = 1, queue_limit = 1, when_full = "caller_runs"}
  local waiters = check.fixture("int64_t @wait_for_waiters(int64_t, int64_t)")
  here:apply_async(latch_wait, {latch})
  control:apply(waiters, {latch, 1})
  here:apply_async(latch_wait, {latch}) -- fills the queue
  local held = pool:apply_async(latch_wait, {latch})
  control:apply(waiters, {latch, 2})
  local own = here:apply(thread_id)
  local result = pool:apply_async(thread_id)
  wait(result, function()
    control:apply(check.fixture("int64_t @latch_open(int64_t)"), {latch})
  end)
  held:get()
  return result:get(), own
end

test("a_pool_where_all_help_runs_the_task_where_it_is_waited_for", function()
  for _, name in ipairs{"get", "wait"} do
    local thread, own = thread_of_a_wait("all", function(result, open)
      result[name](result)
      equal(result:ready(), true)
      open()
    end)
    equal(thread, own, name)
  end
end)

test("only_workers_help_by_default", function()
  for _, helping in ipairs{"workers", false} do
    local thread, own = thread_of_a_wait(helping or nil, function(result, open)
      raises("Timeout", "", result.get, result, 0.01)
      open()
      result:get()
    end)
    is_true(thread ~= own, "another thread")
  end
end)

test("with_ends_the_pool_and_passes_values_and_errors_on", function()
  local pool = Pool(1)
  local a, b = asyncresult.with(pool, function(inner) return inner:apply(square, {3}), "b" end)
  equal(a, 9)
  equal(b, "b")
  raises("Terminated", "", pool.apply_async, pool, square, {1})
  local ok, failure = pcall(asyncresult.with, Pool(1), function() error("raised", 0) end)
  equal(ok, false)
  equal(failure, "raised")
end)

test("close_variables_end_the_pool", function()
  local chunk = (loadstring or load)([[
    local new, square = ...
    local kept
    do
      local pool <close> = new(1)
      kept = pool
      assert(pool:apply(square, {3}) == 9)
    end
    return kept
  ]])
  if not chunk then
    return -- this Lua has no <close>
  end
  local pool = chunk(Pool, square)
  is_true(tostring(pool):find("terminated"), tostring(pool))
  pool:join(0)
end)

test("a_forgotten_pool_is_collected", function()
  local pools = setmetatable({}, {__mode = "k"})
  for _ = 1, 5 do
    pools[Pool(1)] = true
  end
  collectgarbage()
  collectgarbage()
  equal(next(pools), nil)
end)

test("many_tasks_with_callbacks_all_arrive", function()
  local pool, sum = Pool(2), 0
  for number = 1, 2000 do
    pool:apply_async(square, {number}, {callback = function(value) sum = sum + value end})
  end
  pool:close()
  pool:join()
  equal(sum, 2000 * 2001 * 4001 / 6)
end)

check.finish()
