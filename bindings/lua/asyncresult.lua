--- AsyncResult for Lua: C functions called by a pool of threads.
--
--     local asyncresult = require "asyncresult"
--     local cos = asyncresult.cfunction("libm.so.6", "double cos(double)")
--     local pool <close> = asyncresult.Pool(4)
--     print(pool:apply_async(cos, {0.5}):get())

local native = require "asyncresult.native"
local codes = require "asyncresult.codes"
local Error = require "asyncresult.error"
local Function = require "asyncresult.function"
local Pool = require "asyncresult.pool"

local asyncresult = {
  --- Make a pool: Pool(), Pool(workers) or Pool{workers = ..., ...}.
  Pool = Pool.new,
  --- A C function of a library, by its prototype.
  cfunction = Function.new,
  --- A typed array, array("double", {1, 2, 3}), or one of zeros, array("int32", 8).
  array = native.new_array,
  --- A string that goes to the library as bytes, whatever is in it.
  bytes = native.new_bytes,
  --- A 64-bit integer from its digits, for a Lua that has none of its own.
  integer = native.new_integer,
  --- What stands for nil inside a list or a map.
  null = native.null(),
  --- Whether a task runs here that was asked to stop: its result cancelled, or the pool
  -- terminated.
  cancelled = native.cancelled,
  --- Whether this is a task.
  in_task = native.in_task,
  --- error(kind, message, {value = ..., cause = ...}): an error to raise, in a task say.
  error = Error.make,
  --- How many workers a pool has by default.
  default_worker_count = native.default_worker_count,
}

for name, f in pairs(require "asyncresult.combine") do
  asyncresult[name] = f
end
for name, f in pairs(require "asyncresult.scheduler") do
  asyncresult[name] = f
end
asyncresult.promise = require("asyncresult.promise").new

--- Whether a value is an error of this module; with a kind ("Timeout"), whether
-- it is one of that kind.
function asyncresult.is_error(value, kind)
  return Error.is(value) and (kind == nil or value.kind == kind)
end

--- Call f(pool) and end the pool afterwards, however f ends: what <close> does,
-- for a Lua that does not have it.
function asyncresult.with(pool, f)
  local function finish(ok, ...)
    pool:terminate()
    pool:join()
    if not ok then
      error((...), 0)
    end
    return ...
  end
  return finish(pcall(f, pool))
end

-- The code of each error kind: asyncresult.Timeout, ...
for kind, code in pairs(codes) do
  asyncresult[kind] = code
end

return asyncresult
