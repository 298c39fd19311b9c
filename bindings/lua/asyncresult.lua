--- Functions of Lua, and C functions, called by a pool of threads.
--
--     local asyncresult = require "asyncresult"
--     local pool = asyncresult.Pool(4)
--     print(pool:apply_async(string.upper, {"done"}):get())

local native = require "asyncresult.native"
local codes = require "asyncresult.codes"
local Error = require "asyncresult.error"
local Function = require "asyncresult.function"
local Pool = require "asyncresult.pool"

local asyncresult = {
  --- Pool(workers), Pool{option = value, ...}: make a pool.
  --
  -- - `workers`: how many; by default as many as `default_worker_count()` says
  -- - `initializer`: what each worker calls before its first task: a function, the name of a
  --   module that it requires, or a C function
  -- - `initargs`: the list of the initializer's arguments
  -- - `stoppable`: true to stop a cancelled task that does not look at `cancelled()`, or
  --   the number of instructions after which a worker looks (1000)
  -- - `memory_limit`: how many bytes the Lua state of a worker may have
  -- - `max_tasks_per_worker`: after so many tasks a worker is replaced
  -- - `queue_limit`: how many tasks may wait for a worker
  -- - `when_full`: what a submit does when so many wait: `"block"` until there is a place,
  --   `"fail"` with QueueFull, or `"caller_runs"`, which runs the task at once
  -- - `spare_workers`: how many further threads may stand in for workers whose tasks wait
  -- - `helping`: `"workers"`, or `"all"` for `get` and `wait` without a time to run a task
  --   that has not begun on the thread that waits
  -- - `name`: of the pool's threads
  -- - `on_unread_error`: a function that is called with each error that nobody read
  Pool = Pool.new,
  --- cfunction(library, prototype): a C function, such as "double cos(double)"; the
  -- library by its file name ("libm.so.6"), stem ("m") or path, or nil for the program.
  cfunction = Function.new,
  --- array(type, list), array(type, count): numbers of a C type side by side, "int8" to
  -- "uint64", "float" or "double"; with a count they are zeros.  It has `#array`, `array[i]`
  -- and `array:totable()`, and a C function that takes a pointer may write into it.
  array = native.new_array,
  --- bytes(text): a string that goes to a C function as bytes, whatever is in it.
  bytes = native.new_bytes,
  --- integer(digits): a 64-bit integer, for a Lua that has none of its own.
  integer = native.new_integer,
  --- What stands for nil inside a list or a map.
  null = native.null(),
  --- cancelled(): whether a task runs here that was asked to stop: its result cancelled,
  -- or the pool terminated.
  cancelled = native.cancelled,
  --- in_task(): whether a task runs here.
  in_task = native.in_task,
  --- error(kind, message, fields): an error to raise, in a task say, of a kind of this
  -- module or of another name; the fields `value`, `cause` and `trace` may be given.
  error = Error.make,
  --- default_worker_count(): how many workers a pool has by default: as many as there are
  -- CPUs for this process.
  default_worker_count = native.default_worker_count,
}

for name, f in pairs(require "asyncresult.combine") do
  asyncresult[name] = f
end
for name, f in pairs(require "asyncresult.scheduler") do
  asyncresult[name] = f
end
--- promise(pool, options): a Promise, whose callbacks run as those of a task.  Options:
-- `callback`, `error_callback`, `tag`.
asyncresult.promise = require("asyncresult.promise").new

--- Whether a value is an error of this module; with a kind ("Timeout"), whether
-- it is one of that kind.
function asyncresult.is_error(value, kind)
  return Error.is(value) and (kind == nil or value.kind == kind)
end

--- What f(pool) answers.  The pool is terminated and joined, however f ends: what
-- `<close>` does, for a Lua that does not have it.
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

-- The code of each kind of error: asyncresult.Timeout, ...
for kind, code in pairs(codes) do
  asyncresult[kind] = code
end

return asyncresult
