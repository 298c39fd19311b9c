--- Functions that a pool can run: C functions, by prototype.

local native = require "asyncresult.native"
local Error = require "asyncresult.error"

local Function = {}
Function.__index = Function
Function.__name = "asyncresult.Function"

local function check_text(name, value)
  if type(value) ~= "string" then
    Error.raise("Argument", "cfunction: expected the %s as a string, found %s", name,
      type(value))
  end
end

--- cfunction(library, prototype): the library by file name ("libm.so.6"), by stem
-- ("m"), by path, or nil for the running program.
function Function.new(library, prototype)
  if library ~= nil then
    check_text("library", library)
  end
  check_text("prototype", prototype)
  local handle = native.function_new_c(native.library_open(library), prototype)
  return setmetatable({
    handle, -- where apply_async looks for it
    name = native.function_get_name(handle),
    prototype = prototype,
  }, Function)
end

function Function:__tostring()
  return "cfunction<" .. self.prototype .. ">"
end

--- The handle of a function that was given to a pool.
function Function.handle_of(f)
  if getmetatable(f) == Function then
    return f[1]
  end
  if type(f) == "function" then
    Error.raise("Unsupported", "function: expected a C function (see "
      .. "asyncresult.cfunction), found a Lua function, which cannot run in a pool")
  end
  Error.raise("Argument", "function: expected a C function (see "
    .. "asyncresult.cfunction), found %s", type(f))
end

return Function
