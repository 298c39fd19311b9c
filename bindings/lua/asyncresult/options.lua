--- Options: tables of names and values, checked before anything is made of them.

local Error = require "asyncresult.error"

local options = {}

--- Whether `value` can be called.
function options.is_callable(value)
  if type(value) == "function" then
    return true
  end
  local metatable = getmetatable(value)
  return type(metatable) == "table" and metatable.__call ~= nil
end

--- Raise unless `value` can be called.
function options.check_callable(name, value)
  if not options.is_callable(value) then
    Error.raise("Argument", "%s: expected a function, found %s", name, type(value))
  end
end

--- Raise unless `given` is a table, or nil, with no other names than `known` has.
function options.check(what, given, known)
  if given == nil then
    return
  end
  if type(given) ~= "table" then
    Error.raise("Argument", "%s: expected a table of options, found %s", what,
      type(given))
  end
  for name in pairs(given) do
    if not known[name] then
      Error.raise("Argument", "%s: expected an option that exists, found %q", what,
        tostring(name))
    end
  end
end

--- The constant that `name` stands for in `constants`; `name` itself otherwise, for
-- the library to refuse.
function options.choose(what, name, constants)
  local constant = constants[name]
  if constant == nil then
    local names = {}
    for each in pairs(constants) do
      names[#names + 1] = each
    end
    table.sort(names)
    Error.raise("Argument", "%s: expected one of %s, found %s", what,
      table.concat(names, ", "), tostring(name))
  end
  return constant
end

return options
