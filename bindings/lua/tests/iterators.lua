-- Iterators in Lua: what goes in, generic for, the end, garbage, event loops.

-- What LuaJIT has compiled may keep a value alive that a test expects to be collected.
if jit then
  jit.off()
end

local asyncresult = require "asyncresult"
local check = require "check"
local test, equal, is_true, raises = check.test, check.equal, check.is_true, check.raises

local square = check.fixture("int64_t @square(int64_t)")
local byte = check.fixture("uint8_t @byte(uint8_t)")
local latch_new = check.fixture("int64_t @latch_new(void)")
local latch_open = check.fixture("int64_t @latch_open(int64_t)")
local latch_wait = check.fixture("int64_t @latch_wait(int64_t)")
local wait_for_waiters = check.fixture("int64_t @wait_for_waiters(int64_t, int64_t)")

local pool, control = asyncresult.Pool(2), asyncresult.Pool(2)

--- What is left of an iterator, as one text.
local function rest(iterator)
  local values = {}
  for value in iterator do
    values[#values + 1] = tostring(value)
  end
  return table.concat(values, " ")
end

--- An input of the numbers from 1 on; endless without a count.
local function numbers(count)
  local number = 0
  return function()
    number = number + 1
    return (not count or number <= count) and number or nil
  end
end

local function collect_garbage()
  for _ = 1, 3 do
    collectgarbage()
  end
end

test("a_generic_for_takes_the_values", function()
  local sum = 0
  for value in pool:imap(square, {1, 2, 3}) do
    sum = sum + value
  end
  equal(sum, 14)
  sum = 0
  for value in pool:imap_unordered(square, numbers(10), {chunksize = 3}) do
    sum = sum + value
  end
  equal(sum, 385)
end)

test("what_goes_in_is_a_list_an_array_or_what_can_be_called", function()
  equal(rest(pool:imap(square, {1, 2})), "1 4")
  equal(rest(pool:imap(square, asyncresult.array("int16", {3, -4}))), "9 16")
  equal(rest(pool:imap(square, coroutine.wrap(function()
    coroutine.yield(5)
    coroutine.yield(6)
  end))), "25 36")
  equal(rest(pool:imap(square, setmetatable({}, {__call = numbers(2)}))), "1 4")
  equal(rest(pool:imap(square, (pool:imap(square, numbers(3))))), "1 16 81")
end)

test("what_is_no_input_is_refused", function()
  for _, wrong in ipairs{5, "text", true, io.stdout} do
    raises("Type", "items: expected a list", pool.imap, pool, square, wrong)
  end
  raises("Type", "found nil", pool.imap, pool, square)
  raises("Type", "other keys", pool.imap_unordered, pool, square, {a = 1})
  raises("Unsendable", "items[2]", pool.imap, pool, square, {1, print})
  raises("Argument", "found string", pool.imap, pool, "print", {1})
end)

test("wrong_options_of_an_iterator_are_argument_errors", function()
  raises("Argument", "callback", pool.imap, pool, square, {1}, {callback = print})
  raises("Argument", "errors", pool.imap, pool, square, {1}, {errors = "collect"})
  raises("Argument", "bufersize", pool.imap, pool, square, {1}, {bufersize = 1})
  raises("Argument", "found string", pool.imap, pool, square, {1}, {chunksize = "2"})
  raises("Argument", "strand", pool.imap, pool, square, {1}, {strand = 1})
  local iterator = pool:imap(square, {1})
  raises("Argument", "expected seconds", iterator.next, iterator, "1")
  raises("Argument", "", iterator.next, iterator, 0 / 0)
end)

test("a_wrong_option_calls_no_input", function()
  local called
  pcall(pool.imap, pool, square, function() called = true end, {chunksize = 0})
  equal(called, nil)
end)

test("a_pool_that_is_full_or_closed_refuses_an_iteration", function()
  local latch = control:apply(latch_new)
  local full = asyncresult.Pool{workers = 1, queue_limit = 1, when_full = "fail"}
  full:apply_async(latch_wait, {latch})
  control:apply(wait_for_waiters, {latch, 1})
  full:apply_async(square, {1})
  raises("QueueFull", "", full.imap, full, square, numbers())
  raises("QueueFull", "", full.imap_unordered, full, square, {1, 2})
  control:apply(latch_open, {latch})
  full:close()
  raises("PoolClosed", "", full.imap, full, square, {})
  raises("PoolClosed", "", full.imap, full, square, numbers())
  full:terminate()
  raises("Terminated", "", full.imap, full, square, {1})
end)

test("a_nil_is_null", function()
  local getenv = asyncresult.cfunction("libc.so.6", "char *getenv(const char *)")
  local iterator = pool:imap(getenv, {"ASYR_NO_SUCH_VARIABLE", "ASYR_NEITHER_THIS"})
  equal(iterator:next(), asyncresult.null)
  equal(iterator:next(), asyncresult.null)
  equal(iterator:next(), nil)
end)

test("a_loop_that_an_item_ended_goes_on_in_another", function()
  local iterator = pool:imap(byte, {1, 300, 3})
  local ok, failure = pcall(rest, iterator)
  is_true(not ok and asyncresult.is_error(failure, "Type"), tostring(failure))
  equal(rest(iterator), "3")
end)

test("an_item_that_cannot_cross_ends_the_input_at_its_place", function()
  local items = {1, print, 3}
  local place = 0
  local iterator = pool:imap(square, function()
    place = place + 1
    return items[place]
  end)
  equal(iterator:next(), 1)
  raises("Unsendable", "found function", iterator.next, iterator)
  equal(iterator:next(), nil)
  equal(place, 2)
end)

test("an_input_that_fails_keeps_what_was_raised", function()
  local iterator = pool:imap(square, function() error({status = 404}) end)
  local failure = raises("Task", "", iterator.next, iterator)
  equal(failure.value.status, 404)
  is_true(failure.trace:find("iterators.lua"), "the trace")
end)

test("a_time_out_of_the_input_is_no_time_out_of_next", function()
  local latch = control:apply(latch_new)
  local held = control:apply_async(latch_wait, {latch})
  local iterator = pool:imap(square, function() return held:get(0) end)
  local failure = raises("Timeout", "", function()
    local ok, raised = pcall(iterator.next, iterator)
    equal(ok, false)
    equal(raised.code, asyncresult.Task)
    control:apply(latch_open, {latch})
    error(raised, 0)
  end)
  equal(failure.kind, "Timeout")
end)

test("an_input_that_asks_its_own_iterator_is_a_deadlock", function()
  local iterator, failure
  local read = numbers(3)
  iterator = pool:imap(square, function()
    if iterator and not failure then
      failure = select(2, pcall(function()
        while true do
          iterator:next()
        end
      end))
    end
    return read()
  end, {buffersize = 1})
  rest(iterator)
  equal(failure and failure.kind, "Deadlock")
end)

test("close_drops_what_there_is_and_twice_is_fine", function()
  local iterator = pool:imap(square, numbers())
  equal(iterator:next(), 1)
  equal(tostring(iterator), "AsyncResult.Iterator<open>")
  iterator:close()
  iterator:close()
  iterator:cancel()
  equal(iterator:next(), nil)
  equal(iterator:next(1), nil)
  equal(tostring(iterator), "AsyncResult.Iterator<ended>")
end)

test("close_inside_the_input_ends_it", function()
  local iterator
  local read = numbers()
  iterator = pool:imap(square, function()
    local number = read()
    if number == 3 then
      iterator:close()
    end
    return number
  end, {buffersize = 1})
  equal(iterator:next(), 1)
  equal(iterator:next(), 4)
  raises("Cancelled", "", iterator.next, iterator)
  equal(iterator:next(), nil)
end)

test("close_inside_a_callback_that_next_runs_ends_it", function()
  local latch = control:apply(latch_new)
  local iterator
  pool:apply_async(square, {1}, {callback = function()
    iterator:close()
    control:apply(latch_open, {latch})
  end})
  iterator = pool:imap(latch_wait, {latch, latch, latch})
  control:apply(wait_for_waiters, {latch, 2})
  equal(iterator:next(), latch) -- runs the callback, and waits for what runs already
  equal(iterator:next(), nil)
end)

test("a_break_closes_where_lua_has_close", function()
  local chunk = (loadstring or load)("local x <close> = nil")
  local iterator = pool:imap(square, {1})
  local ended
  local function loop(next, state, control_value, closed)
    ended = closed
    for value in next, state, control_value, closed do
      equal(value, 1)
      break
    end
  end
  loop(pool:imap(square, numbers()))
  is_true(ended, "there is a value to be closed")
  equal(tostring(ended), chunk and "AsyncResult.Iterator<ended>" or
    "AsyncResult.Iterator<open>")
  for value in iterator do -- one value alone: nothing is closed
    equal(value, 1)
    break
  end
  equal(tostring(iterator), "AsyncResult.Iterator<open>")
end)

test("an_abandoned_iterator_and_its_input_are_collected", function()
  local latch = control:apply(latch_new)
  local watched = setmetatable({}, {__mode = "k"})
  do
    local box = {}
    local read = numbers()
    box.iterator = pool:imap(latch_wait, function()
      return box and read() and latch
    end)
    watched[box.iterator] = true
    watched[box] = true
  end
  collect_garbage()
  equal(next(watched), nil)
  control:apply(latch_open, {latch})
end)

test("an_iterator_that_ended_lets_go_of_its_input", function()
  local watched = setmetatable({}, {__mode = "k"})
  local function new()
    local box = {}
    watched[box] = true
    local read = numbers(3)
    return (pool:imap(square, function() return box and read() end))
  end
  local iterator = new()
  equal(rest(iterator), "1 4 9")
  collect_garbage()
  equal(next(watched), nil)
  equal(iterator:next(), nil)
end)

test("an_iterator_keeps_its_pool", function()
  local iterator = asyncresult.Pool(1):imap(square, numbers(20))
  collect_garbage()
  equal(#rest(iterator), #rest(pool:imap(square, numbers(20))))
end)

test("next_works_in_coroutines", function()
  local iterator = pool:imap(square, numbers(4))
  local values = {}
  for _ = 1, 2 do
    coroutine.wrap(function()
      values[#values + 1] = iterator:next()
      values[#values + 1] = iterator:next()
    end)()
  end
  equal(table.concat(values, " "), "1 4 9 16")
end)

test("callbacks_run_while_an_iterator_is_read", function()
  local latch, sum, failed = control:apply(latch_new), 0, nil
  local result = pool:apply_async(square, {7}, {callback = function(value)
    sum = sum + value
    control:apply(latch_open, {latch})
  end})
  local bad = pool:apply_async(square, {7}, {callback = function() error("no") end})
  equal(rest(pool:imap(latch_wait, {latch})), tostring(latch))
  equal(sum, 49)
  equal(result:get(), 49)
  failed = raises("Task", "no", bad.get, bad)
  equal(failed.origin, "Lua")
end)

test("a_strand_runs_the_chunks_one_at_a_time", function()
  local meter = control:apply(check.fixture("int64_t @meter_new(void)"))
  local together = check.fixture("int64_t @together(int64_t)")
  local strand = pool:strand()
  for most in pool:imap(together, {meter, meter, meter, meter}, {strand = strand}) do
    equal(most, 1)
  end
end)

test("a_descriptor_tells_of_each_value_and_of_the_end", function()
  local poll = asyncresult.cfunction("libc.so.6", "int poll(void *, unsigned long, int)")
  local iterator = pool:imap(byte, {1, 300, 3}, {chunksize = 1})
  local entry = asyncresult.array("int32", {iterator:descriptor(), 1})
  equal(iterator:descriptor(), entry[1])
  local seen = {}
  repeat
    equal(control:apply(poll, {entry, 1, 20000}), 1, "readable descriptors")
    local ok, value = pcall(iterator.next, iterator, 0)
    seen[#seen + 1] = ok and tostring(value) or value.kind
  until ok and value == nil
  equal(table.concat(seen, " "), "1 Type 3 nil")
  equal(control:apply(poll, {entry, 1, 0}), 1, "readable after the end")
  raises("State", "has ended", iterator.descriptor, iterator)
end)

test("a_descriptor_of_an_early_next_stays_quiet", function()
  local poll = asyncresult.cfunction("libc.so.6", "int poll(void *, unsigned long, int)")
  local latch = control:apply(latch_new)
  local iterator = pool:imap(latch_wait, {latch})
  local entry = asyncresult.array("int32", {iterator:descriptor(), 1})
  for _ = 1, 3 do
    raises("Timeout", "", iterator.next, iterator, 0)
  end
  equal(control:apply(poll, {entry, 1, 0}), 0, "readable descriptors")
  control:apply(latch_open, {latch})
  equal(control:apply(poll, {entry, 1, 20000}), 1, "readable descriptors")
  equal(iterator:next(0), latch)
end)

-- The pool is full while the iteration begins: a signal (whose handler is abs) ends
-- the wait for a place, and the start is tried again.
test("a_start_that_a_signal_interrupted_loses_no_item", function()
  local libc = "libc.so.6"
  local find = asyncresult.cfunction(libc, "void *dlsym(void *, const char *)")
  local signal = asyncresult.cfunction(libc, "void *signal(int, void *)")
  local kill = asyncresult.cfunction(libc, "int kill(int, int)")
  local sleep = asyncresult.cfunction(libc, "int usleep(unsigned int)")
  local user_signal, milliseconds = 10, 1000
  control:apply(signal, {user_signal, control:apply(find, {nil, "abs", n = 2})})
  local pid = control:apply(asyncresult.cfunction(libc, "int getpid(void)"))
  local latch = control:apply(latch_new)
  local full, one = asyncresult.Pool{workers = 1, queue_limit = 1}, asyncresult.Pool(1)
  full:apply_async(latch_wait, {latch})
  control:apply(wait_for_waiters, {latch, 1})
  full:apply_async(square, {1})
  for _ = 1, 3 do
    one:apply_async(sleep, {20 * milliseconds})
    one:apply_async(kill, {pid, user_signal})
  end
  one:apply_async(sleep, {20 * milliseconds})
  one:apply_async(latch_open, {latch})
  equal(rest(full:imap(square, numbers(5), {chunksize = 2})), "1 4 9 16 25")
end)

check.finish()
