-- Coroutines that await results.

local asyncresult = require "asyncresult"
local check = require "check"
local test, equal, is_true, raises = check.test, check.equal, check.is_true, check.raises

local Pool, await, run, spawn = asyncresult.Pool, asyncresult.await, asyncresult.run,
  asyncresult.spawn
local square = check.fixture("int64_t @square(int64_t)")
local new_latch = check.fixture("int64_t @latch_new(void)")
local open_latch = check.fixture("int64_t @latch_open(int64_t)")
local wait_latch = check.fixture("int64_t @latch_wait(int64_t)")
local pool, other = Pool(2), Pool(2)

test("await_gives_the_value_or_raises_the_error", function()
  local first, second = run(function(x)
    local value = await(pool:apply_async(square, {x}))
    local result = pool:apply_async(square, {"text"})
    if _VERSION == "Lua 5.1" and not jit then
      result:wait() -- no coroutine yields across pcall there
    end
    local ok, failure = pcall(await, result)
    is_true(not ok and asyncresult.is_error(failure, "Type"), tostring(failure))
    return value, nil
  end, 5)
  equal(first, 25)
  equal(second, nil)
end)

test("coroutines_that_await_do_not_hold_up_each_other", function()
  local latch, order = other:apply(new_latch), {}
  run(function()
    spawn(function()
      await(other:apply_async(wait_latch, {latch}))
      order[#order + 1] = "held"
    end)
    spawn(function()
      await(pool:apply_async(square, {2}))
      order[#order + 1] = "quick"
      await(pool:apply_async(open_latch, {latch}))
    end)
    order[#order + 1] = "main"
  end)
  equal(table.concat(order, " "), "main quick held")
end)

test("many_coroutines_await_many_results", function()
  local sum = 0
  run(function()
    for number = 1, 200 do
      spawn(function()
        local from = number % 2 == 0 and pool or other
        local first = await(from:apply_async(function(x) return x end, {number}))
        local second = await(from:apply_async(square, {1}))
        sum = sum + first + second
      end)
    end
  end)
  equal(sum, 200 * 201 / 2 + 200)
end)

test("callbacks_run_while_coroutines_await", function()
  local got
  run(function()
    await(pool:apply_async(square, {3}, {callback = function(value) got = value end}))
    equal(got, 9)
  end)
end)

test("an_error_of_a_coroutine_ends_the_run", function()
  local ok, failure = pcall(run, function()
    spawn(function()
      await(pool:apply_async(square, {3}))
      error("of a coroutine", 0)
    end)
    await(pool:apply_async(square, {4}))
    await(asyncresult.promise(pool):result())
  end)
  equal(ok, false)
  equal(failure, "of a coroutine")
end)

test("await_outside_a_coroutine_is_get", function()
  equal(await(pool:apply_async(square, {6})), 36)
  equal(pool:apply(function(pool)
    local asyncresult = require "asyncresult"
    return coroutine.wrap(function()
      return asyncresult.await(pool:apply_async(square, {7}))
    end)()
  end, {pool}), 49)
end)

test("a_coroutine_of_ones_own_is_resumed_where_callbacks_run", function()
  local got
  local coroutine_ = coroutine.create(function()
    got = await(pool:apply_async(square, {8})) + await(pool:apply_async(square, {1}))
  end)
  assert(coroutine.resume(coroutine_))
  while coroutine.status(coroutine_) ~= "dead" do
    pool:poll(math.huge)
  end
  equal(got, 65)
end)

test("spawn_outside_a_run_is_a_state_error", function()
  raises("State", "asyncresult.run", spawn, print)
  raises("Deadlock", "nobody resumes", run, function() coroutine.yield() end)
end)

for _, each in ipairs{pool, other} do
  each:terminate()
  each:join()
end
check.finish()
