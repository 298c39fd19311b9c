-- S1, W1: strands, and workers that a host lends.

local harness = require "harness"
local case, skip, F, call = harness.case, harness.skip, harness.F, harness.call
local equal, is_true, raises = harness.equal, harness.is_true, harness.raises

case("S1.1", function()
  local pool = harness.pool(4)
  local strand, meter, log = pool:strand(), call(F.meter_new), call(F.log_new)
  local results, numbers = {}, {}
  for number = 1, 30 do
    pool:apply_async(F.together, {meter}, {strand = strand})
    results[number] = pool:apply_async(F.log_add, {log, number}, {strand = strand})
    numbers[number] = number
  end
  for _, result in ipairs(results) do
    result:get()
  end
  equal(call(F.max_together, meter), 1, "tasks at once")
  equal(harness.entries(log), numbers)
end)

case("S1.2", function()
  local pool, latch, counter = harness.pool(2), harness.latch(), harness.counter()
  local strand = pool:strand()
  local first = pool:apply_async(F.latch_wait, {latch}, {strand = strand})
  call(F.wait_for_waiters, latch, 1)
  local second = pool:apply_async(F.count, {counter}, {strand = strand})
  equal(pool:apply(F.square, {5}), 25)
  equal({first:ready(), second:ready()}, {false, false})
  equal(harness.count_of(counter), 0, "runs of the second")
  harness.open(latch)
  equal({first:get(), second:get()}, {latch, 1})
end)

case("S1.3", function()
  local pool = harness.pool(2)
  local strand, threads = pool:strand{pinned = true}, {}
  for number = 1, 10 do
    threads[number] = pool:apply(F.thread_id, nil, {strand = strand})
    is_true(pool:apply(F.thread_id) ~= threads[number], "the thread runs nothing else")
    equal(threads[number], threads[1], "thread")
  end
end)

case("S1.4", function()
  local pool, latch = harness.held_pool()
  local strand = pool:strand()
  local bad = pool:apply_async(F.byte, {300}, {strand = strand})
  local good = pool:apply_async(F.square, {5}, {strand = strand})
  strand = nil
  collectgarbage()
  collectgarbage()
  harness.open(latch)
  raises("Type", bad.get, bad)
  equal(good:get(), 25)
end)

skip("W1.1 W1.2 W1.3 W1.4 W1.5", "a Lua state has one thread, and lends none")
