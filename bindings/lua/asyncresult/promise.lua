--- A result that is completed by hand, once.

local native = require "asyncresult.native"
local Error = require "asyncresult.error"
local Pool = require "asyncresult.pool"
local submit = require "asyncresult.submit"

local Promise = {}
Promise.__index = Promise
Promise.__name = "asyncresult.Promise"

--- A promise of a pool, whose callbacks run as those of a task.  Options: callback,
-- error_callback, tag.
function Promise.new(pool, given)
  if getmetatable(pool) ~= Pool then
    Error.raise("Argument", "promise: expected a pool, found %s", type(pool))
  end
  local handle, result = submit.plain(pool, given, submit.promise, function(builder)
    return native.promise_new(pool.handle, builder)
  end)
  return setmetatable({handle = handle, future = native.own_result(result, pool)}, Promise)
end

--- Its AsyncResult.
function Promise:result()
  return self.future
end

--- Complete it with a value; State when it was completed before.
function Promise:set_value(value)
  native.promise_set_value(self.handle, value)
end

--- Complete it with an error: any value that can be raised.
function Promise:set_error(failure)
  native.promise_set_error(self.handle, failure)
end

--- Whether somebody cancelled its result, or terminated the pool.
function Promise:is_cancelled()
  return native.promise_is_cancelled(self.handle)
end

function Promise:__tostring()
  return "AsyncResult.Promise<" .. tostring(self.future) .. ">"
end

return Promise
