-- Waits for several results, results made of results, and promises.

local asyncresult = require "asyncresult"
local check = require "check"
local test, equal, is_true, raises = check.test, check.equal, check.is_true, check.raises

local Pool = asyncresult.Pool
local square = check.fixture("int64_t @square(int64_t)")
local new_latch = check.fixture("int64_t @latch_new(void)")
local open_latch = check.fixture("int64_t @latch_open(int64_t)")
local wait_latch = check.fixture("int64_t @latch_wait(int64_t)")
local control, pool = Pool(4), Pool(4)

local function add_one(x)
  return x + 1
end

local function fail(message)
  error(message, 0)
end

--- A result that waits for a latch, and what opens it.
local function held(options)
  local latch = control:apply(new_latch)
  return pool:apply_async(wait_latch, {latch}, options), function()
    control:apply(open_latch, {latch})
  end
end

-- ---- waits ----

test("wait_any_gives_the_first_that_is_ready_and_its_place", function()
  local first, open = held()
  local second = pool:apply_async(fail, {"failed"})
  local result, index = asyncresult.wait_any({first, second})
  equal(index, 2)
  equal(result, second)
  raises("Timeout", "wait_any", asyncresult.wait_any, {first}, 0.01)
  open()
  equal(select(2, asyncresult.wait_any({first})), 1)
end)

test("wait_all_says_whether_all_are_ready", function()
  local first, open = held()
  local second = pool:apply_async(fail, {"failed"})
  equal(asyncresult.wait_all({first, second}, 0), false)
  open()
  equal(asyncresult.wait_all({first, second}, 5), true)
  equal(asyncresult.wait_all({}), true)
end)

test("waits_drain_the_callbacks_of_all_pools", function()
  local other, seen = Pool(1), 0
  local function count() seen = seen + 1 end
  local results = {
    pool:apply_async(square, {2}, {callback = count}),
    other:apply_async(square, {3}, {callback = count}),
  }
  asyncresult.wait_all(results)
  equal(seen, 2)
  results = {other:apply_async(square, {3}, {callback = count})}
  asyncresult.wait_any(results)
  equal(seen, 3)
  other:terminate()
  other:join()
end)

test("as_completed_gives_each_once_in_the_order_of_completion", function()
  local seen = 0
  local one, open_one = held{callback = function() seen = seen + 1 end}
  local two, open_two = held()
  local order = {}
  open_two()
  for result, index in asyncresult.as_completed{one, two} do
    order[#order + 1] = index
    equal(result, index == 1 and one or two)
    open_one()
  end
  equal(table.concat(order, " "), "2 1")
  equal(seen, 1)
  raises("Timeout", "as_completed", function()
    local three, open_three = held()
    local ok, failure = pcall(function()
      for _ in asyncresult.as_completed({three}, 0.01) do end
    end)
    open_three()
    error(failure, 0)
  end)
  for _ in asyncresult.as_completed{} do
    error("nothing comes of no results")
  end
end)

test("several_results_are_waited_for_in_a_task", function()
  asyncresult.with(Pool(1), function(one)
    equal(one:apply(function()
      local asyncresult = require "asyncresult"
      local results = {}
      for number = 1, 5 do
        results[number] = one:apply_async(add_one, {number})
      end
      local sum, count = 0, 0
      for result in asyncresult.as_completed(results) do
        sum, count = sum + result:get(), count + 1
      end
      asyncresult.wait_all(results)
      asyncresult.wait_any(results)
      return sum * 10 + count
    end), 205)
  end)
end)

test("wrong_lists_of_results_are_refused", function()
  raises("Type", "results: expected a list", asyncresult.wait_any, 5)
  raises("Argument", "results[1]", asyncresult.wait_any, {5})
  raises("Argument", "results[2]", asyncresult.all, {pool:apply_async(square, {1}), 5})
  raises("Argument", "", asyncresult.wait_any, {})
  raises("Argument", "option pool", asyncresult.all, {})
end)

-- ---- chains ----

test("and_then_calls_the_function_with_the_value", function()
  equal(pool:apply_async(square, {3}):and_then(add_one):get(), 10)
  equal(pool:apply_async(add_one, {3}):and_then(square):get(), 16)
  equal(pool:apply_async(function() return {x = 5} end)
    :and_then(function(t) return t.x end):and_then(add_one):get(), 6)
end)

test("an_error_goes_through_and_then_to_or_else", function()
  local ran = pool:apply_async(fail, {"lost"}):and_then(function() os.exit(1) end)
  raises("Task", "lost", ran.get, ran)
  equal(ran:or_else(function(failure) return failure.message .. "!" end):get(), "lost!")
  equal(pool:apply_async(square, {2}):or_else(fail):get(), 4)
end)

test("a_chain_has_callbacks_and_a_pool_of_its_own", function()
  local other, got = Pool(1), nil
  local result = pool:apply_async(square, {2}):and_then(add_one, {pool = other, tag = 7,
    callback = function(value) got = value end})
  equal(result:get(), 5)
  equal(got, 5)
  equal(result:tag(), 7)
  raises("Argument", "pool", result.and_then, result, add_one, {pool = 5})
  raises("Argument", "chunksize", result.and_then, result, add_one, {chunksize = 5})
  raises("Argument", "found string", result.and_then, result, "cos")
  raises("Unsendable", "upvalue", result.and_then, result, function() return check.file end
    and (function(file) return function() return file end end)(io.tmpfile()))
  other:terminate()
  other:join()
end)

test("a_chain_that_is_cancelled_before_its_turn_never_runs", function()
  local first, open = held()
  local second = first:and_then(fail)
  equal(second:cancel(), "dequeued")
  raises("Cancelled", "", second.get, second)
  open()
  first:get()
end)

test("all_lists_the_values_and_any_has_the_first", function()
  local results = {}
  for number = 1, 5 do
    results[number] = pool:apply_async(square, {number})
  end
  local values = asyncresult.all(results):get()
  equal(table.concat(values, " "), "1 4 9 16 25")
  equal(#asyncresult.all({}, {pool = pool}):get(), 0)
  local first, open = held()
  equal(asyncresult.any{pool:apply_async(fail, {"no"}), first,
    pool:apply_async(function() return {"yes"} end)}:get()[1], "yes")
  open()
  local failed = asyncresult.any{pool:apply_async(fail, {"a"}), pool:apply_async(fail, {"b"})}
  local failure = raises("Task", "", failed.get, failed)
  equal(failure.value[2].message, "b")
  failed = asyncresult.all({pool:apply_async(square, {2}), pool:apply_async(fail, {"c"})})
  raises("Task", "c", failed.get, failed)
  local collected = asyncresult.all({pool:apply_async(square, {2}),
    pool:apply_async(fail, {"c"})}, {errors = "collect"}):get()
  equal(collected[1], 4)
  equal(collected[2].message, "c")
end)

-- ---- promises ----

test("a_promise_is_completed_once", function()
  local promise = asyncresult.promise(pool)
  equal(promise:result():ready(), false)
  promise:set_value({1, 2, x = {3}})
  equal(promise:result():get().x[1], 3)
  raises("State", "", promise.set_value, promise, 5)
  raises("State", "", promise.set_error, promise, "late")
  promise = asyncresult.promise(pool)
  promise:set_error("broken")
  raises("Task", "broken", promise:result().get, promise:result())
  promise = asyncresult.promise(pool)
  promise:set_error(asyncresult.error("QueueFull", "full", {value = 3}))
  equal(raises("QueueFull", "full", promise:result().get, promise:result()).value, 3)
  raises("Argument", "pool", asyncresult.promise, 5)
  raises("Unsendable", "value", function()
    asyncresult.promise(pool):set_value(io.tmpfile())
  end)
end)

test("a_promise_calls_back_and_sees_that_it_is_cancelled", function()
  local got
  local promise = asyncresult.promise(pool, {callback = function(value) got = value end})
  equal(promise:is_cancelled(), false)
  equal(promise:result():cancel(), "asked")
  equal(promise:is_cancelled(), true)
  promise:set_value(5)
  promise:result():wait()
  equal(got, 5)
end)

test("a_task_completes_a_promise_of_the_host", function()
  local promise = asyncresult.promise(pool)
  pool:apply_async(function() promise:set_value({"from a task"}) end)
  equal(promise:result():get()[1], "from a task")
end)

test("a_promise_that_is_forgotten_is_cancelled", function()
  local result = asyncresult.promise(pool):result()
  collectgarbage()
  collectgarbage()
  raises("Cancelled", "", result.get, result, 5)
end)

for _, each in ipairs{pool, control} do
  each:terminate()
  each:join()
end
check.finish()
