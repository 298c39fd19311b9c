-- What goes wrong around tasks of Lua functions: the end of the host's Lua state or
-- process in the middle of things, each in a process of its own.

local check = require "check"
local processes = require "processes"
local test, equal = check.test, check.equal
local run, ends_well = processes.run, processes.ends_well

ends_well("the_end_with_a_lua_task_that_runs", [[
local pool = asyncresult.Pool(1)
pool:apply_async(function() while true do end end)
local result = pool:apply_async(function() end)
]])

ends_well("the_end_with_lua_tasks_that_wait_and_are_queued", [[
local pool = asyncresult.Pool(1)
local held = control:apply_async(wait, {latch})
local function waits(held) return held:get() end
for number = 1, 50 do
  pool:apply_async(waits, {held}, {callback = print, error_callback = print})
end
kept = {pool, held}
]])

ends_well("closing_the_state_with_lua_tasks_outstanding", [[
local pool = asyncresult.Pool(2)
for number = 1, 100 do
  pool:apply_async(function(t) return t end, {{number, pool}})
end
kept = pool:imap(function(t) return t end, function() return {1} end)
os.exit(0, true)
]])

ends_well("a_finaliser_in_a_worker_that_uses_its_pool", [[
local pool = asyncresult.Pool(1)
pool:apply(function()
  local proxy = newproxy and newproxy(true)
  local metatable = proxy and getmetatable(proxy) or {}
  metatable.__gc = function()
    pcall(pool.apply, pool, function() end)
    pcall(pool.join, pool, 0)
  end
  kept = proxy or setmetatable({}, metatable)
end)
pool:close()
pool:join()
]])

-- Newer LuaJITs tell of it themselves, unless somebody else does.
ends_well("a_finaliser_in_a_worker_that_raises", [[
local pool = asyncresult.Pool(1)
pool:apply(function()
  if jit then jit.attach(function() end, "errfin") end
  if newproxy then
    kept = newproxy(true)
    getmetatable(kept).__gc = function() error("finaliser") end
  else
    kept = setmetatable({}, {__gc = function() error("finaliser") end})
  end
end)
pool:close()
pool:join()
]])

ends_well("os_exit_in_a_task_ends_nothing_but_the_task", [[
local pool = asyncresult.Pool(1)
print(pcall(pool.apply, pool, function() os.exit(5) end))
print(pool:apply(function() return "alive" end))
]], "false\tTask: os.exit: a task cannot end the process; it ended\nalive\n")

ends_well("a_pool_that_is_never_joined_closes_its_states", [[
for _ = 1, 20 do
  local pool = asyncresult.Pool(2)
  pool:map(function(x) return {x} end, {1, 2, 3})
end
collectgarbage()
collectgarbage()
]])

test("an_error_in_a_script_with_tasks_has_its_status", function()
  local status, output = run([[
local pool = asyncresult.Pool(1)
pool:apply_async(function() while true do end end)
error("the script fails")
]])
  equal(status, 1, "status")
  assert(output:find("the script fails"), output)
end)

test("os_exit_of_the_host_with_tasks_that_run_has_its_status", function()
  for _, close in ipairs{"", ", true"} do
    local status = run(([[
local pool = asyncresult.Pool{workers = 2, stoppable = true}
pool:apply_async(function() while true do end end)
local waits = pool:apply_async(function(r) return r:get() end,
  {control:apply_async(wait, {latch})})
control = nil
os.exit(7%s)
]]):format(close))
    equal(status, 7, "status")
  end
end)

-- AddressSanitizer cannot follow a thread that ends below the interpreter's frames.
local ends = os.getenv("ASYR_SANITIZED") and function() end or ends_well

ends("a_thread_that_ends_on_top_of_a_lua_task", [[
local exit_thread = fixture("void fixture_exit_thread(void)")
local pool = asyncresult.Pool(1)
for _ = 1, 3 do
  local ok, failure = pcall(pool.apply, pool, function()
    return pool:apply_async(exit_thread):get()
  end)
  print(failure.kind)
end
print(pool:apply(function() return "alive" end))
pool:close()
pool:join()
]], ("WorkerLost\n"):rep(3) .. "alive\n")

-- Only LuaJIT can call C by itself.
if jit then
  ends_well("a_lua_function_that_c_calls_and_that_raises", [[
local pool = asyncresult.Pool(1)
local ok, failure = pcall(pool.apply, pool, function()
  local ffi = require "ffi"
  ffi.cdef "void qsort(void *, size_t, size_t, int (*)(const void *, const void *));"
  local numbers = ffi.new("int[4]", 3, 1, 2, 0)
  local compare = ffi.cast("int (*)(const void *, const void *)", function()
    error("raised below C", 0)
  end)
  ffi.C.qsort(numbers, 4, 4, compare)
end)
print(tostring(failure))
print(pool:apply(function() return "alive" end))
]], "Task: raised below C\nalive\n")

  ends("a_task_that_ends_its_thread", [[
local pool = asyncresult.Pool(1)
local ok, failure = pcall(pool.apply, pool, function()
  local ffi = require "ffi"
  ffi.cdef "void pthread_exit(void *);"
  ffi.C.pthread_exit(nil)
end)
print(failure.kind)
print(pool:apply(function() return "alive" end))
pool:close()
pool:join()
]], "WorkerLost\nalive\n")
end

check.finish()
