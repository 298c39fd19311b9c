-- AsyncResult in Lua: its text, time-outs, coroutines, callbacks.

local asyncresult = require "asyncresult"
local check = require "check"
local test, equal, is_true, raises = check.test, check.equal, check.is_true, check.raises

local square = check.fixture("int64_t @square(int64_t)")
local byte = check.fixture("uint8_t @byte(uint8_t)")
local latch_new = check.fixture("int64_t @latch_new(void)")
local latch_open = check.fixture("int64_t @latch_open(int64_t)")
local latch_wait = check.fixture("int64_t @latch_wait(int64_t)")
local wait_for_waiters = check.fixture("int64_t @wait_for_waiters(int64_t, int64_t)")

local pool, control = asyncresult.Pool(1), asyncresult.Pool(2)

--- A result whose task waits, and the latch that ends it.
local function hold(options)
  local latch = control:apply(latch_new)
  local held = pool:apply_async(latch_wait, {latch}, options)
  control:apply(wait_for_waiters, {latch, 1})
  return held, latch
end

local function open(latch)
  control:apply(latch_open, {latch})
end

test("a_result_prints_its_state_and_value", function()
  local held, latch = hold()
  local queued = pool:apply_async(square, {5})
  equal(tostring(held), "AsyncResult<running>")
  equal(tostring(queued), "AsyncResult<pending>")
  open(latch)
  queued:wait()
  equal(tostring(queued), "AsyncResult<ready, 25>")
end)

test("a_method_of_a_result_refuses_anything_else", function()
  local result = pool:apply_async(square, {5})
  for _, wrong in ipairs{5, "text", {}, io.stdout, print, asyncresult.bytes("bytes")} do
    for _, name in ipairs{"get", "wait", "ready", "successful", "cancel", "tag"} do
      raises("Argument", "expected an AsyncResult, found " .. type(wrong), result[name],
        wrong)
    end
    getmetatable(result).__gc(wrong)
  end
  raises("Argument", "found no value", result.get)
  raises("Argument", "expected a pool", pool.apply_async, {}, square)
  equal(result:get(), 25)
end)

test("a_result_that_was_released_is_refused", function()
  local result = pool:apply_async(square, {5})
  getmetatable(result).__gc(result)
  raises("Argument", "", result.get, result)
  raises("Argument", "", result.ready, result)
end)

test("a_result_keeps_its_pool", function()
  local result = asyncresult.Pool(1):apply_async(square, {5})
  for _ = 1, 3 do
    collectgarbage()
  end
  equal(result:get(), 25)
end)

test("a_failed_result_prints_its_error", function()
  local result = pool:apply_async(byte, {300})
  result:wait()
  is_true(tostring(result):find("^AsyncResult<ready, error Type: "), tostring(result))
end)

test("a_timeout_that_is_no_number_is_an_argument_error", function()
  local held, latch = hold()
  raises("Argument", "expected seconds, found string", held.get, held, "1")
  raises("Argument", "expected seconds, found table", held.wait, held, {})
  raises("Argument", "", held.get, held, 0 / 0)
  open(latch)
  held:get()
end)

test("get_works_in_a_coroutine", function()
  local values = {}
  local waiting = coroutine.wrap(function()
    values[1] = pool:apply_async(square, {3}, {callback = function(value)
      values[2] = value
      values[3] = coroutine.running() ~= nil
    end}):get()
  end)
  waiting()
  equal(values[1], 9)
  equal(values[2], 9)
end)

test("a_coroutine_that_submitted_may_be_gone_when_its_callback_runs", function()
  local called
  coroutine.wrap(function()
    pool:apply_async(square, {3}, {callback = function(value) called = value end})
  end)()
  collectgarbage()
  collectgarbage()
  pool:apply(square, {1})
  while not called do
    pool:poll(20)
  end
  equal(called, 9)
end)

test("a_callback_cannot_yield", function()
  local result = pool:apply_async(square, {3}, {callback = coroutine.yield})
  coroutine.wrap(function() result:wait() end)()
  raises("Task", "yield", result.get, result)
end)

test("a_callback_is_forgotten_after_its_task", function()
  local dropped = setmetatable({}, {__mode = "k"})
  do
    local payload = {}
    dropped[payload] = true
    pool:apply(square, {3}, {callback = function() return payload end})
  end
  pool:apply(square, {3}, {callback = function() end})
  for _ = 1, 3 do
    collectgarbage()
  end
  equal(next(dropped), nil)
end)

test("callbacks_may_be_callable_tables", function()
  local seen
  local callable = setmetatable({}, {__call = function(_, value) seen = value end})
  pool:apply(square, {3}, {callback = callable})
  equal(seen, 9)
end)

test("poll_counts_the_callbacks_that_ran", function()
  local latch = control:apply(latch_new)
  equal(pool:poll(), 0)
  equal(pool:poll(0.01), 0)
  local held = pool:apply_async(latch_wait, {latch}, {callback = function() end})
  equal(pool:poll(0.01), 0)
  open(latch)
  equal(pool:poll(math.huge), 1)
  equal(held:ready(), true)
end)

test("a_failing_done_callback_is_reported_to_the_hook", function()
  local reported = {}
  asyncresult.with(asyncresult.Pool{workers = 1, on_unread_error = function(failure)
    reported[#reported + 1] = failure
  end}, function(other)
    local result = other:apply_async(square, {3})
    result:get()
    result:add_done_callback(function() error("late", 0) end)
  end)
  equal(reported[1], "late")
end)

test("a_tag_stays_with_its_result", function()
  equal(pool:apply_async(square, {3}, {tag = 77}):tag(), 77)
  equal(pool:apply_async(square, {3}):tag(), 0)
end)

test("a_result_keeps_its_pool", function()
  local result = asyncresult.Pool(1):apply_async(square, {7})
  collectgarbage()
  collectgarbage()
  equal(result:get(), 49)
end)

check.finish()
