--- What becomes of a task or of a map.

local native = require "asyncresult.native"
local Error = require "asyncresult.error"
local Function = require "asyncresult.function"
local options = require "asyncresult.options"
local submit = require "asyncresult.submit"

local deadline_of = native.deadline
local own_result = native.own_result
local pool_of = native.result_pool
local result_get = native.result_get
local result_wait = native.result_wait
local result_is_ready = native.result_is_ready
local pcall, tostring = pcall, tostring

-- The metatable is the C side's, which makes the objects.
local Result = native.result_class()
Result.__index = Result
Result.__name = "AsyncResult"

local outcomes = {
  [native.CANCEL_TOO_LATE] = false,
  [native.CANCEL_DEQUEUED] = "dequeued",
  [native.CANCEL_ASKED] = "asked",
  [native.CANCEL_KILLED] = "killed",
}

-- The pool stays alive as long as one of its results is held.
function Result.new(handle, pool)
  return own_result(handle, pool)
end

-- The queue to drain and the deadline of a wait.  One that may run the task here is not
-- cut into slices, as only a wait without a limit helps.
local function how_to_wait(result, timeout)
  local pool = pool_of(result)
  if timeout ~= nil then
    return pool.queue, deadline_of(timeout)
  end
  local helps = pool.helps and native.result_get_state(result) == native.RESULT_PENDING
  return pool.queue, helps and -math.huge or nil
end

--- The value, or the task's error raised; Timeout when the time passes first.
Result.get = native.result_getter(function(self, timeout)
  local queue, deadline = how_to_wait(self, timeout)
  local done, value = result_get(self, queue, deadline)
  while not done do
    done, value = result_get(self, queue, deadline)
  end
  return value
end)

--- Whether the result is ready, after at most `timeout` seconds; raises no error of
-- the task.
function Result:wait(timeout)
  local queue, deadline = how_to_wait(self, timeout)
  local done = result_wait(self, queue, deadline)
  while done == false do
    done = result_wait(self, queue, deadline)
  end
  return done == true
end

--- Whether there is a value or an error; never waits.
function Result:ready()
  return result_is_ready(self)
end

--- Whether the task completed without an error; NotReady before.
function Result:successful()
  return native.result_is_successful(self)
end

--- Ask for the task not to run: "dequeued" when it never will, "asked" when it runs
-- and sees its flag, false when it is too late.
function Result:cancel()
  return outcomes[native.result_cancel(self)]
end

--- The number given as the option `tag`; 0 without one.
function Result:tag()
  return native.result_get_tag(self)
end

--- Call f(result) once the result is ready: at once if it is, otherwise where the
-- pool's callbacks run.  An error of f goes to the pool's `on_unread_error`.
function Result:add_done_callback(f)
  options.check_callable("done callback", f)
  local pool = pool_of(self)
  local function guarded()
    local ok, failure = pcall(f, self)
    if not ok then
      pool:report(failure)
    end
  end
  if result_is_ready(self) then
    guarded()
  elseif not pool.queue then
    Error.raise("Unsupported", "add_done_callback: expected a ready result in a task, "
      .. "whose Lua state runs no callbacks after it (see and_then)")
  else
    native.add_done_callback(self, guarded, pool.queue)
  end
end

-- A new result of the pool in the options, or of the result's own; `call` has it made.
local function chain(result, call, f, given)
  local Pool = require "asyncresult.pool"
  local pool, rest = Pool.option(given, pool_of(result))
  local handle = Function.handle_of(pool, f)
  return own_result(submit.plain(pool, rest, submit.chain, function(builder)
    return call(result, pool.handle, handle, builder)
  end), pool)
end

--- A result of f(value), called in the pool once this result has a value; an error goes
-- through.  Options: `pool`, and those of `apply_async`.
function Result:and_then(f, given)
  return chain(self, native.result_then, f, given)
end

--- A result of f(error), called in the pool once this result has an error; a value goes
-- through.  Options as for `and_then`.
function Result:or_else(f, given)
  return chain(self, native.result_rescue, f, given)
end

local function describe(result)
  local ok, value = pcall(Result.get, result)
  return ok and tostring(value) or "error " .. tostring(value)
end

function Result:__tostring()
  local state = native.result_get_state(self)
  if state == native.RESULT_READY then
    return "AsyncResult<ready, " .. describe(self) .. ">"
  end
  local running = state == native.RESULT_RUNNING
  return running and "AsyncResult<running>" or "AsyncResult<pending>"
end

return Result
