-- A C function in a pool: value, callback, error, time-out, map.

local asyncresult = require "asyncresult"

local cos = asyncresult.cfunction("libm.so.6", "double cos(double)")
local sleep = asyncresult.cfunction("libc.so.6", "int usleep(unsigned int)")

asyncresult.with(asyncresult.Pool(4), function(pool)
  -- A value, now or later.
  local result = pool:apply_async(cos, {0.5}, {callback = function(value)
    print("callback", value)
  end})
  print("value", result:get(1.5), result)

  -- A map keeps the order of its items.
  print("map", table.concat(pool:map(cos, {0, 1, 2}), " "))

  -- An argument that does not fit is an error of the task.
  local ok, failure = pcall(pool.apply, pool, cos, {"text"})
  print("error", ok, failure.kind, failure.message)

  -- A wait that took too long; the task goes on.
  local slow = pool:apply_async(sleep, {200000})
  ok, failure = pcall(slow.get, slow, 0.01)
  print("time-out", ok, failure.code == asyncresult.Timeout)
  print("later", slow:get())
end)
