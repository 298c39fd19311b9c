-- B1 to B7, B29: results.

local asyncresult = require "asyncresult"
local harness = require "harness"
local case, F, call = harness.case, harness.F, harness.call
local equal, is_true, raises = harness.equal, harness.is_true, harness.raises

case("B1.1", function()
  equal(harness.pool(1):apply_async(F.square, {5}):get(), 25)
end)

case("B1.2", function()
  local pool, latch, held = harness.held_pool()
  harness.control:apply_async(F.latch_open, {latch})
  equal(held:get(), latch)
  equal(pool:apply(F.square, {3}), 9)
end)

case("B1.3", function()
  local failure = raises("Type", function()
    harness.pool(1):apply(F.byte, {300})
  end)
  is_true(failure.message:find("argument 1", 1, true) or
    failure.message:find("number", 1, true), "the message names the argument: " ..
    failure.message)
end)

case("B1.4", function()
  local pool = harness.pool(1)
  local good, bad = pool:apply_async(F.square, {4}), pool:apply_async(F.byte, {300})
  equal({good:get(), good:get()}, {16, 16})
  local first = raises("Type", bad.get, bad)
  local second = raises("Type", bad.get, bad)
  for _, field in ipairs{"code", "kind", "message", "trace", "origin"} do
    equal(second[field], first[field], field)
  end
  equal(second.cause, nil, "cause")
end)

case("B1.5", function()
  local pool = harness.pool(1)
  equal(pool:apply(F.square, {3}), 9)
  equal(pool:apply(F.half, {5.0}), 2.5)
  equal(pool:apply(F.text), "asynchronous")
  equal(pool:apply(F.nothing), nil)
end)

case("B2.1", function()
  local counter, latch = harness.counter(), harness.latch()
  local result = harness.pool(1):apply_async(F.count_and_wait, {counter, latch})
  raises("Timeout", result.get, result, 0.01)
  harness.open(latch)
  equal(result:get(), 1)
  equal(harness.count_of(counter), 1, "runs")
end)

case("B3.1", function()
  local _, _, held = harness.held_pool()
  for _, timeout in ipairs{0, -1, -1e300, -math.huge} do
    raises("Timeout", held.get, held, timeout)
  end
end)

case("B3.2", function()
  for _, timeout in ipairs{math.huge, 1e300} do
    local _, latch, held = harness.held_pool()
    harness.control:apply_async(F.latch_open, {latch})
    equal(held:get(timeout), latch)
  end
end)

case("B3.3", function()
  local _, _, held = harness.held_pool()
  raises("Argument", held.get, held, 0 / 0)
  raises("Argument", held.wait, held, 0 / 0)
end)

case("B3.4", function()
  local result = harness.pool(1):apply_async(F.square, {2})
  is_true(result:wait(), "wait")
  equal({result:get(0), result:get(-1)}, {4, 4})
end)

case("B4.1", function()
  local pool = harness.pool(1)
  equal(pool:apply_async(F.square, {2}):wait(), true)
  local failed = pool:apply_async(F.byte, {300})
  equal({failed:wait(), failed:wait(0)}, {true, true})
end)

case("B4.2", function()
  local _, _, held = harness.held_pool()
  equal({held:wait(0), held:wait(0.01), held:wait(-1)}, {false, false, false})
end)

case("B5.1", function()
  local _, latch, held = harness.held_pool()
  equal(held:ready(), false)
  harness.open(latch)
  held:wait()
  equal(held:ready(), true)
end)

case("B5.2", function()
  local _, _, held = harness.held_pool()
  raises("NotReady", held.successful, held)
end)

case("B5.3", function()
  local pool = harness.pool(1)
  local good, bad = pool:apply_async(F.square, {4}), pool:apply_async(F.byte, {300})
  good:wait()
  bad:wait()
  equal({good:successful(), bad:successful()}, {true, false})
end)

-- Ctrl-C: the interpreter's own handler sets a hook, which raises "interrupted!".
local function interrupt_during_get()
  local _, latch, held = harness.held_pool()
  local getpid = asyncresult.cfunction("libc.so.6", "int getpid(void)")
  local kill = asyncresult.cfunction("libc.so.6", "int kill(int, int)")
  local pid = call(getpid)
  local ok, failure = pcall(function()
    harness.control:apply_async(kill, {pid, 2})
    held:get()
  end)
  is_true(not ok and tostring(failure):find("interrupted!"), "interrupted")
  equal(held:ready(), false, "ready")
  harness.open(latch)
  equal(held:get(), latch)
end

harness.child("interrupt", function()
  interrupt_during_get()
  print("readable afterwards")
  os.exit(0)
end)

local function interrupt_child()
  local status, output = harness.run_child("interrupt")
  equal(status, 0, "status of the process, which said " .. output)
  is_true(output:find("readable afterwards"), "the result can be read afterwards")
end

case("B6.2", interrupt_child)
case("B6.3", interrupt_child)

case("B7.1", function()
  local pool, values, failures = harness.pool(1), {}, {}
  local counter = harness.counter()
  pool:apply_async(F.count, {counter}, {callback = function(value)
    values[#values + 1] = value
  end})
  pool:apply_async(F.byte, {300}, {error_callback = function(failure)
    failures[#failures + 1] = failure.kind
  end})
  collectgarbage()
  collectgarbage()
  pool:close()
  pool:join()
  equal(values, {1})
  equal(failures, {"Type"})
end)

case("B7.2", function()
  local unread = {}
  local pool = harness.pool{workers = 1, on_unread_error = function(failure)
    unread[#unread + 1] = failure.kind
  end}
  local read = pool:apply_async(F.byte, {300})
  raises("Type", read.get, read)
  read = nil
  pool:apply_async(F.byte, {301}):wait()
  collectgarbage()
  collectgarbage()
  pool:close()
  pool:join()
  equal(unread, {"Type"})
end)

case("B29.1", function()
  local pool, latch = harness.held_pool()
  local counter, failures = harness.counter(), {}
  local queued = pool:apply_async(F.count, {counter}, {error_callback = function(failure)
    failures[#failures + 1] = failure.kind
  end})
  equal(queued:cancel(), "dequeued")
  raises("Cancelled", queued.get, queued)
  equal(failures, {"Cancelled"})
  harness.open(latch)
  equal(pool:apply(F.square, {2}), 4)
  equal(harness.count_of(counter), 0, "runs")
end)

case("B29.2", function()
  local _, latch, held = harness.held_pool()
  equal(held:cancel(), "asked")
  harness.open(latch)
  equal(held:get(), latch)
end)

case("B29.3", function()
  local result = harness.pool(1):apply_async(F.square, {3})
  equal(result:get(), 9)
  equal(result:cancel(), false)
  equal(result:get(), 9)
end)

