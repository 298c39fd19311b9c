-- B31: results made of results.

local asyncresult = require "asyncresult"
local harness = require "harness"
local case, F = harness.case, harness.F
local equal, is_true, raises = harness.equal, harness.is_true, harness.raises

local function fail(message)
  error(message, 0)
end

local function held(pool)
  local latch = harness.latch()
  return pool:apply_async(F.latch_wait, {latch}), latch
end

case("B31.1", function()
  local pool = harness.pool(2)
  local first, latch = held(pool)
  local _, place = asyncresult.wait_any{first, pool:apply_async(F.square, {3})}
  equal(place, 2)
  _, place = asyncresult.wait_any{first, pool:apply_async(F.byte, {300})}
  equal(place, 2)
  raises("Timeout", asyncresult.wait_any, {first}, 0.01)
  harness.open(latch)
end)

case("B31.2", function()
  local pool = harness.pool(2)
  local first, latch = held(pool)
  local failed = pool:apply_async(F.byte, {300})
  equal(asyncresult.wait_all({first, failed}, 0.01), false)
  harness.open(latch)
  equal(asyncresult.wait_all{first, failed}, true)
  equal({first:ready(), failed:ready()}, {true, true})
end)

case("B31.3", function()
  local pool = harness.pool(2)
  local one, open_one = held(pool)
  local two, open_two = held(pool)
  local order = {}
  harness.open(open_two)
  for _, place in asyncresult.as_completed{one, two} do
    order[#order + 1] = place
    harness.open(open_one)
  end
  equal(order, {2, 1})
end)

case("B31.4", function()
  local pool = harness.pool(1)
  equal(pool:apply_async(F.square, {3}):and_then(F.square):get(), 81)
  equal(pool:apply_async(F.square, {3}):and_then(function(x) return x + 1 end):get(), 10)
end)

case("B31.5", function()
  local pool, counter = harness.pool(1), harness.counter()
  local result = pool:apply_async(fail, {"lost"}):and_then(F.count)
  equal(raises("Task", result.get, result).message, "lost")
  equal(harness.count_of(counter), 0)
end)

case("B31.6", function()
  local pool = harness.pool(1)
  local function message_of(failure) return failure.message end
  equal(pool:apply_async(fail, {"lost"}):or_else(message_of):get(), "lost")
  equal(pool:apply_async(F.square, {2}):or_else(message_of):get(), 4)
end)

case("B31.7", function()
  local pool, results = harness.pool(2), {}
  for number = 1, 4 do
    results[number] = pool:apply_async(F.square, {number})
  end
  equal(asyncresult.all(results):get(), {1, 4, 9, 16})
  results[2] = pool:apply_async(fail, {"second"})
  local all = asyncresult.all(results)
  equal(raises("Task", all.get, all).message, "second")
end)

case("B31.8", function()
  local pool = harness.pool(2)
  equal(asyncresult.any{pool:apply_async(fail, {"a"}), pool:apply_async(F.square, {2})}:get(),
    4)
  local any = asyncresult.any{pool:apply_async(fail, {"a"}), pool:apply_async(fail, {"b"})}
  local failure = raises("Task", any.get, any)
  equal({failure.value[1].message, failure.value[2].message}, {"a", "b"})
end)

case("B31.9", function()
  local pool, latch, first = harness.held_pool()
  local counter = harness.counter()
  local second = first:and_then(F.count)
  equal(second:cancel(), "dequeued")
  raises("Cancelled", second.get, second)
  harness.open(latch)
  equal(first:get(), latch)
  equal(pool:apply(F.square, {2}), 4)
  equal(harness.count_of(counter), 0)
end)

case("B31.10", function()
  local pool = harness.pool(1)
  local promise = asyncresult.promise(pool)
  equal(promise:result():ready(), false)
  promise:set_value(5)
  equal(promise:result():get(), 5)
  raises("State", promise.set_value, promise, 6)
  promise = asyncresult.promise(pool)
  promise:set_error("by hand")
  local result = promise:result()
  equal(raises("Task", result.get, result).message, "by hand")
end)

case("B31.11", function()
  local pool, other = harness.pool(1), harness.pool(1)
  local first, latch = held(other)
  local chained = first:and_then(F.square, {pool = pool})
  local all = asyncresult.all({first}, {pool = pool})
  pool:terminate()
  raises("Terminated", chained.get, chained, 15)
  raises("Terminated", all.get, all, 15)
  is_true(not first:ready(), "what they wait for goes on")
  harness.open(latch)
  equal(first:get(), latch)
end)
