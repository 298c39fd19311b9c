-- B14, B15, B18: lazy maps and their iterators; B12.10, B21.4, B22.9 for them.

local asyncresult = require "asyncresult"
local harness = require "harness"
local case, F, call = harness.case, harness.F, harness.call
local equal, is_true, raises = harness.equal, harness.is_true, harness.raises

local chunk_sizes = {1, 3, 100}

--- The numbers from 1 to `count`.
local function numbers(count)
  local list = {}
  for number = 1, count do
    list[number] = number
  end
  return list
end

--- An input that gives the numbers from 1 to `count`, and how often it was asked.
local function input(count)
  local asked = {0}
  return function()
    asked[1] = asked[1] + 1
    return asked[1] <= count and asked[1] or nil
  end, asked
end

local function collect(iterator)
  local values = {}
  for value in iterator do
    values[#values + 1] = value
  end
  return values
end

--- Expect the end, and again.
local function expect_end(iterator)
  equal({iterator:next() == nil, iterator:next(0) == nil}, {true, true}, "the end")
end

local function squares(count)
  local list = numbers(count)
  for index, number in ipairs(list) do
    list[index] = number * number
  end
  return list
end

case("B14.1", function()
  local pool = harness.pool(3)
  for _, size in ipairs(chunk_sizes) do
    local iterator = pool:imap(F.square, numbers(20), {chunksize = size})
    equal(collect(iterator), squares(20), "chunk size " .. size)
    expect_end(iterator)
    local options = {chunksize = size, buffersize = 1000}
    equal(collect(pool:imap(F.square, input(20), options)), squares(20), "an input")
  end
end)

case("B14.2", function()
  local pool, held, opened = harness.pool(2), harness.latch(), harness.latch()
  harness.open(opened)
  local iterator = pool:imap_unordered(F.latch_wait, {held, opened})
  equal(iterator:next(), opened)
  harness.open(held)
  equal(iterator:next(), held)
  expect_end(iterator)
end)

case("B14.3", function()
  local pool = harness.pool(1)
  for _, size in ipairs{0, -1, 1.5} do
    raises("Argument", pool.imap, pool, F.square, {1, 2}, {chunksize = size})
    raises("Argument", pool.imap, pool, F.square, {1, 2}, {buffersize = size})
  end
end)

case("B15.1", function()
  local pool, read = harness.pool(2), input(5)
  local iterator = pool:imap(F.square, function()
    return read() or error("the input failed", 0)
  end, {chunksize = 2, buffersize = 3})
  for number = 1, 5 do
    equal(iterator:next(), number * number)
  end
  local failure = raises("Task", iterator.next, iterator)
  equal({failure.message, failure.origin}, {"the input failed", "Lua"})
  expect_end(iterator)
end)

case("B18.1", function()
  local pool = harness.pool(2)
  for _, size in ipairs(chunk_sizes) do
    local iterator = pool:imap(F.byte, {1, 300, 3, 300, 5}, {chunksize = size})
    equal(iterator:next(), 1)
    raises("Type", iterator.next, iterator)
    equal(iterator:next(), 3)
    raises("Type", iterator.next, iterator)
    equal(iterator:next(), 5)
    expect_end(iterator)
  end
end)

case("B18.2", function()
  local pool, latch = harness.pool(1), harness.latch()
  local iterator = pool:imap(F.latch_wait, {latch, latch})
  raises("Timeout", iterator.next, iterator, 0.001)
  raises("Timeout", iterator.next, iterator, 0)
  harness.open(latch)
  equal({iterator:next(), iterator:next()}, {latch, latch})
  expect_end(iterator)
end)

case("B18.3", function()
  local pool = harness.pool(1)
  local iterator = pool:imap(F.square, {1})
  equal(iterator:next(), 1)
  expect_end(iterator)
  expect_end(pool:imap(F.square, {}))
  local read, asked = input(0)
  expect_end(pool:imap(F.square, read))
  equal(asked, {1}, "questions to an empty input")
end)

case("B18.4", function()
  local pool, read, asked = harness.pool(2), input(math.huge)
  local iterator = pool:imap(F.square, read, {buffersize = 4})
  for number = 1, 50 do
    is_true(asked[1] <= number - 1 + 4, "no more was read than the buffer holds")
    equal(iterator:next(), number * number)
  end
end)

case("B18.5", function()
  local pool, read = harness.pool(1), input(3)
  local iterator = pool:imap(F.square, function()
    equal(pool:apply(F.square, {4}), 16)
    return read()
  end, {buffersize = 2})
  equal(collect(iterator), squares(3))
end)

case("B18.6", function()
  local pool, latch = harness.held_pool()
  local counter = harness.counter()
  local dropped = setmetatable({}, {__mode = "k"})
  dropped[pool:imap(F.count, {counter, counter, counter})] = true
  collectgarbage()
  collectgarbage()
  equal(next(dropped) == nil, true, "the iterator is collected")
  harness.open(latch)
  pool:close()
  pool:join()
  equal(harness.count_of(counter), 0, "runs")
end)

case("B18.7", function()
  local pool, latch = harness.pool(1), harness.latch()
  local iterator = pool:imap(F.latch_wait, {latch, latch, latch, latch}, {buffersize = 2})
  call(F.wait_for_waiters, latch, 1)
  iterator:cancel()
  harness.open(latch)
  equal(iterator:next(), latch)
  raises("Cancelled", iterator.next, iterator) -- the second
  raises("Cancelled", iterator.next, iterator) -- the rest
  expect_end(iterator)
end)

case("B12.10", function()
  local pool, latch = harness.pool(1), harness.latch()
  local poll = asyncresult.cfunction("libc.so.6", "int poll(void *, unsigned long, int)")
  local iterator = pool:imap(F.latch_wait, {latch})
  local readable, milliseconds = 1, 20000
  local entry = asyncresult.array("int32", {iterator:descriptor(), readable})
  equal(call(poll, entry, 1, 0), 0, "readable before the value")
  harness.open(latch)
  equal(call(poll, entry, 1, milliseconds), 1, "readable with the value")
  equal(iterator:next(0), latch)
  equal(call(poll, entry, 1, milliseconds), 1, "readable with the end")
  expect_end(iterator)
end)

case("B21.4", function()
  local pool = harness.pool(2)
  local iterator = pool:imap(F.square, input(20), {buffersize = 2})
  pool:close()
  equal(collect(iterator), squares(20))
  pool:join()
end)

case("B22.9", function()
  local pool, latch = harness.pool(1), harness.latch()
  local iterator = pool:imap(F.latch_wait, {latch, latch, latch}, {buffersize = 2})
  call(F.wait_for_waiters, latch, 1)
  pool:terminate()
  for _ = 1, 3 do -- what runs, the second, the rest
    raises("Terminated", iterator.next, iterator)
  end
  expect_end(iterator)
  equal(call(F.latch_waiting, latch), 1, "tasks that still wait")
end)
