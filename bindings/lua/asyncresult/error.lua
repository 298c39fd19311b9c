--- What is raised is a table, which `tostring` shows as `kind: message`.
--
-- - `kind`: a name of the table below, or of the task's own
-- - `code`: its number; `asyncresult.Timeout` and so on are the numbers
-- - `message`: what was expected and what was found
-- - `trace`: the traceback of where it was raised, when that is known
-- - `origin`: the language in which it was raised
-- - `cause`: the error that led to it
-- - `value`: what a task raised, if that was neither a string nor an error

local native = require "asyncresult.native"
local codes = require "asyncresult.codes"

local Error = {}
-- The metatable itself is the C side's, which makes such tables too.
local metatable = native.error_metatable()

function metatable.__tostring(failure)
  return tostring(failure.kind) .. ": " .. tostring(failure.message)
end

metatable.__name = "asyncresult.Error"

function Error.is(value)
  return type(value) == "table" and getmetatable(value) == metatable
end

--- Make an error of a kind of this module.
function Error.new(kind, message)
  return setmetatable({
    kind = kind,
    code = codes[kind],
    message = message,
    origin = "Lua",
  }, metatable)
end

--- An error to raise: of a kind of this module, or of any other name, whose code is
-- Task then.  `fields` may have value, cause and trace.
function Error.make(kind, message, fields)
  local failure = Error.new(kind, message)
  failure.code = failure.code or codes.Task
  for _, name in ipairs{"value", "cause", "trace"} do
    failure[name] = fields and fields[name]
  end
  return failure
end

--- Raise an error of a kind of this module; the message is made like string.format.
function Error.raise(kind, message, ...)
  error(Error.new(kind, message:format(...)), 0)
end

return Error
