--- Functions that a pool can run: those of Lua, and C functions by prototype.

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

--- The handle of a function that was given to a pool: one of Lua, which is then copied,
-- or a C function; `is_reused` when it is to be called many times.  Also answers whether
-- it is one of Lua.
function Function.handle_of(pool, f, is_reused)
  if type(f) == "function" then
    return native.lua_function(pool, f, is_reused), true
  end
  if getmetatable(f) == Function then
    return f[1], false
  end
  Error.raise("Argument", "function: expected a function of Lua or a C function (see "
    .. "asyncresult.cfunction), found %s", type(f))
end

return Function
