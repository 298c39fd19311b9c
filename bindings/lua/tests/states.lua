-- The end of a Lua state with work outstanding, each in a process of its own: it ends
-- by itself, with its own status.

local check = require "check"
local test, equal = check.test, check.equal

local processes = require "processes"
local run, ends_well = processes.run, processes.ends_well

ends_well("the_end_with_a_task_that_runs", [[
local pool = asyncresult.Pool(1)
local held = pool:apply_async(wait, {latch})
control:apply(waiters, {latch, 1})
]])

ends_well("the_end_with_queued_tasks_and_callbacks_due", [[
local pool = asyncresult.Pool(1)
pool:apply_async(square, {2}, {callback = print})
pool:apply_async(wait, {latch}, {callback = print, error_callback = print})
for number = 1, 100 do
  pool:apply_async(square, {number}, {callback = print, error_callback = print})
end
control:apply(waiters, {latch, 1})
]])

ends_well("the_end_with_done_callbacks_and_an_unread_error", [[
local pool = asyncresult.Pool{workers = 1, on_unread_error = print}
pool:apply_async(square, {"text"})
local held = pool:apply_async(wait, {latch})
held:add_done_callback(print)
control:apply(waiters, {latch, 1})
]])

ends_well("the_end_of_handles_in_globals", [[
pool = asyncresult.Pool(2)
strand = pool:strand{pinned = true}
result = pool:apply_async(square, {2}, {strand = strand})
array = asyncresult.array("double", 10)
]])

ends_well("the_end_with_iterators_that_go_on", [[
local pool = asyncresult.Pool(1)
local iterator = pool:imap(wait, {latch, latch, latch})
local function endless() return latch end
forgotten = {pool:imap(wait, endless), pool:imap_unordered(square, endless)}
forgotten[2]:descriptor()
control:apply(waiters, {latch, 1})
]])

ends_well("the_end_inside_an_input_that_closes_the_state", [[
local pool = asyncresult.Pool(1)
local iterator = pool:imap(square, function()
  if iterator then
    os.exit(0, true)
  end
  iterator = true
  return 1
end, {buffersize = 1})
iterator:next()
iterator:next()
]])

ends_well("the_end_inside_a_callback", [[
local pool = asyncresult.Pool(1)
pool:apply(square, {2}, {callback = function()
  os.exit(0)
end})
]])

ends_well("the_end_inside_a_callback_that_closes_the_state", [[
local pool = asyncresult.Pool(1)
pool:apply_async(wait, {latch}, {error_callback = print})
control:apply(waiters, {latch, 1})
control:apply(square, {2}, {callback = function()
  os.exit(0, true)
end})
]])

ends_well("the_end_with_a_finaliser_that_uses_the_pool", [[
local pool = asyncresult.Pool(1)
local proxy = newproxy and newproxy(true)
local metatable = {__gc = function() pcall(pool.apply, pool, square, {2}) end}
if proxy then
  getmetatable(proxy).__gc = metatable.__gc
else
  proxy = setmetatable({}, metatable)
end
kept = {proxy, pool}
]])

-- One worker is held and the queue is full, so the last submit waits for a place.  If
-- the signal came to nothing the latch would open in the end, and the submit succeed.
test("ctrl_c_ends_a_submit_that_waits_for_a_place", function()
  local status, output = run([[
local kill = asyncresult.cfunction("libc.so.6", "int kill(int, int)")
local sleep = asyncresult.cfunction("libc.so.6", "unsigned int sleep(unsigned int)")
local open = fixture("int64_t fixture_latch_open(int64_t)")
local pid = control:apply(asyncresult.cfunction("libc.so.6", "int getpid(void)"))
local pool = asyncresult.Pool{workers = 1, queue_limit = 1}
pool:apply_async(wait, {latch})
control:apply(waiters, {latch, 1})
pool:apply_async(square, {2})
local ok, failure = pcall(function()
  control:apply_async(kill, {pid, 2})
  control:apply_async(sleep, {10})
  control:apply_async(open, {latch})
  pool:apply_async(square, {3})
end)
print(ok, tostring(failure):match("interrupted!"))
os.exit(0)
]])
  equal(output, "false\tinterrupted!\n")
  equal(status, 0, "status")
end)

test("ctrl_c_ends_a_next", function()
  local status, output = run([[
local kill = asyncresult.cfunction("libc.so.6", "int kill(int, int)")
local pid = control:apply(asyncresult.cfunction("libc.so.6", "int getpid(void)"))
local pool = asyncresult.Pool(1)
local iterator = pool:imap(wait, {latch})
control:apply(waiters, {latch, 1})
local ok, failure = pcall(function()
  control:apply_async(kill, {pid, 2})
  iterator:next()
end)
print(ok, tostring(failure):match("interrupted!"))
control:apply(fixture("int64_t fixture_latch_open(int64_t)"), {latch})
print(iterator:next() == latch, iterator:next())
]])
  equal(output, "false\tinterrupted!\ntrue\tnil\n")
  equal(status, 0, "status")
end)

test("an_error_that_nobody_catches_ends_the_script", function()
  local status, output = run("asyncresult.Pool(1):apply(square, {'text'})")
  equal(status, 1, "status")
  -- The interpreter of Lua 5.1 prints no error that is a table.
  assert(output:find("Type: ") or output:find("not a string"), output)
end)

check.finish()
