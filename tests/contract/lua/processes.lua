-- B20, B27, B28: what happens to a process; each in one of its own.

local asyncresult = require "asyncresult"
local harness = require "harness"
local case, skip, F, call = harness.case, harness.skip, harness.F, harness.call
local equal, is_true = harness.equal, harness.is_true

--- A pool with a task that runs for ever.
local function busy_pool()
  local latch = call(F.latch_new)
  local pool = asyncresult.Pool(1)
  pool:apply_async(F.latch_wait, {latch})
  call(F.wait_for_waiters, latch, 1)
  return pool
end

harness.child("too_many_workers", function()
  local ok, failure = pcall(asyncresult.Pool, 1000)
  print(ok and "made" or failure.kind)
  print("still " .. call(F.square, 5))
  os.exit(0)
end)

local function a_worker_that_cannot_be_started()
  -- Room for the interpreter and some stacks of 8 MiB, far below 1000 of them.
  local status, output = harness.run_child("too_many_workers",
    "ulimit -s 8192; ulimit -v 1500000;")
  equal(status, 0, "status of the process, which said " .. output)
  is_true(output:find("System"), "a System error: " .. output)
  is_true(output:find("still 25"), "another pool works: " .. output)
end

if os.getenv("ASYR_SANITIZED") then
  skip("B20.1", "AddressSanitizer takes the address space that is limited here")
else
  case("B20.1", a_worker_that_cannot_be_started)
end

skip("B27.1 B27.2 B27.3", "Lua has no fork")

harness.child("exit_busy", function()
  harness.kept = busy_pool()
  os.exit(7)
end)

harness.child("exit_busy_closing_the_state", function()
  harness.kept = busy_pool()
  if _VERSION == "Lua 5.1" then
    os.exit(7)
  end
  os.exit(7, true)
end)

case("B28.1", function()
  equal(harness.run_child("exit_busy"), 7, "status")
  equal(harness.run_child("exit_busy_closing_the_state"), 7, "status")
end)

harness.child("exit_idle", function()
  harness.kept = asyncresult.Pool(2)
  harness.kept:apply(F.square, {5})
  os.exit(7)
end)

case("B28.2", function()
  equal(harness.run_child("exit_idle"), 7, "status")
end)

harness.child("exec", function()
  local pool = busy_pool()
  local execl = asyncresult.cfunction("libc.so.6",
    "int execl(const char *, const char *, ..., const char *, const char *, void *)")
  harness.kept = pool
  local arguments = {"/bin/sh", "sh", "-c", "exit 9", nil, n = 5}
  harness.control:apply(execl, arguments)
end)

case("B28.3", function()
  equal(harness.run_child("exec"), 9, "status")
end)

skip("B28.4", "Lua unloads a module only with its state")
