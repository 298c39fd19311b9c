-- Scripts in processes of their own: how they end, and what they print.

local check = require "check"

local processes = {}

processes.prelude = [[
local asyncresult = require "asyncresult"
local function fixture(prototype)
  return asyncresult.cfunction(os.getenv("ASYR_FIXTURE"), prototype)
end
local square = fixture("int64_t fixture_square(int64_t)")
local wait = fixture("int64_t fixture_latch_wait(int64_t)")
local waiters = fixture("int64_t fixture_wait_for_waiters(int64_t, int64_t)")
local control = asyncresult.Pool(1)
local latch = control:apply(fixture("int64_t fixture_latch_new(void)"))
]]

--- The exit status of a script in a process of its own, and what it printed.
function processes.run(script)
  local path = os.tmpname()
  local file = assert(io.open(path, "w"))
  file:write(processes.prelude, script)
  file:close()
  local pipe = assert(io.popen("'" .. check.lua .. "' " .. path .. " 2>&1; echo \" $?\""))
  local text = pipe:read("*a")
  pipe:close()
  os.remove(path)
  local output, status = text:match("^(.*) (%d+)%s*$")
  return tonumber(status), output
end

--- A test: the script ends with the status 0 and prints `expected`, or nothing.
function processes.ends_well(name, script, expected)
  check.test(name, function()
    local status, output = processes.run(script)
    check.equal(output, expected or "")
    check.equal(status, 0, "status")
  end)
end

return processes
