-- What crosses to the Lua state of a worker and back: as arguments, as upvalues and as
-- values.

local asyncresult = require "asyncresult"
local check = require "check"
local test, equal, is_true, raises = check.test, check.equal, check.is_true, check.raises

local pool = asyncresult.Pool(2)
local square = check.fixture("int64_t @square(int64_t)")
local has_integers = math.type ~= nil
local is_51 = _VERSION == "Lua 5.1" and not jit
local load = loadstring or load
local unpack = table.unpack or unpack

local function same(...)
  return ...
end

--- A value after its trip to a worker and back.
local function trip(value)
  return pool:apply(same, {value, n = 1})
end

-- ---- scalars ----

test("scalars_cross", function()
  for _, value in ipairs{true, false, "text", "", "a\0b", "\255\254", 1.5, -7, 2 ^ 53} do
    equal(trip(value), value)
    equal(trip{value}[1], value)
  end
  equal(trip(nil), nil)
  equal(trip(asyncresult.null), asyncresult.null)
  equal(1 / trip{-1 / math.huge}[1], -math.huge)
  local nan = trip{0 / 0}[1]
  is_true(nan ~= nan, "NaN")
end)

test("integers_stay_integers_up_to_the_largest", function()
  if not has_integers then
    equal(trip(2 ^ 53 - 1), 2 ^ 53 - 1)
    equal(tostring(trip(asyncresult.integer("9223372036854775807"))), "9223372036854775807")
    return
  end
  for _, number in ipairs{0, -1, tonumber("9007199254740993"), math.maxinteger, math.mininteger} do
    equal(trip(number), number)
    equal(math.type(trip(number)), "integer")
    equal(math.type(trip{number}[1]), "integer")
  end
  equal(math.type(trip(3.0)), "float")
  equal(math.type(trip{3.0}[1]), "float")
  equal(trip{[1.5] = "half"}[1.5], "half")
end)

-- ---- tables ----

test("tables_keep_their_keys", function()
  local t = trip{1, "two", {3}, name = "x", [true] = "yes", [10] = 10, [-1] = -1}
  equal(#t, 3)
  equal(t[3][1], 3)
  equal(t.name, "x")
  equal(t[true], "yes")
  equal(t[10], 10)
  equal(t[-1], -1)
  local packed = trip{nil, 2, n = 3}
  equal(packed[1], nil)
  equal(packed[2], 2)
  equal(packed.n, 3)
  local key = {}
  local by_table = trip{[key] = "value", key = key}
  equal(by_table[by_table.key], "value")
end)

test("shared_and_cyclic_tables_keep_their_shape", function()
  local shared = {1}
  local t = {a = shared, b = shared}
  t.self, t.list = t, {t}
  local copy = trip(t)
  equal(copy.a, copy.b)
  equal(copy.self, copy)
  equal(copy.list[1], copy)
  is_true(copy ~= t, "it is a copy")
end)

test("arguments_share_what_they_share", function()
  local t = {}
  equal(pool:apply(function(a, b, c) return a == b and b == c.t end, {t, t, {t = t}}), true)
end)

test("a_large_table_crosses", function()
  local large = {}
  for number = 1, 20000 do
    large[number] = {number, tostring(number)}
  end
  local copy = trip(large)
  equal(#copy, 20000)
  equal(copy[20000][2], "20000")
end)

test("metatables_cross", function()
  local Point = {}
  Point.__index = Point
  function Point:length() return math.sqrt(self.x ^ 2 + self.y ^ 2) end
  Point.__tostring = function(self) return "point " .. self.x end
  local points = {setmetatable({x = 3, y = 4}, Point), setmetatable({x = 6, y = 8}, Point)}
  local lengths = pool:apply(function(points)
    return {points[1]:length(), points[2]:length(), tostring(points[2]),
      getmetatable(points[1]) == getmetatable(points[2])}
  end, {points})
  equal(lengths[1], 5)
  equal(lengths[2], 10)
  equal(lengths[3], "point " .. points[2].x)
  equal(lengths[4], true)
  equal(trip(points[1]):length(), 5)
end)

-- ---- functions ----

test("upvalues_are_copied_at_the_submit", function()
  local factor, table_of = 2, {offset = 1}
  local function f(x) return x * factor + table_of.offset end
  equal(pool:apply(f, {10}), 21)
  equal(pool:apply(f, {10}), 21)
  factor = 3
  equal(pool:apply(f, {10}), 31)
  table_of.offset = 5
  equal(pool:apply(f, {10}), 35)
  equal(pool:apply(f, {10}), 35)
end)

test("what_a_task_changes_is_not_seen_here", function()
  local t, count = {}, 0
  pool:apply(function()
    t.changed, count = true, count + 1
  end)
  equal(t.changed, nil)
  equal(count, 0)
end)

test("recursive_and_mutually_recursive_locals_cross", function()
  local function factorial(n) return n < 2 and 1 or n * factorial(n - 1) end
  equal(pool:apply(factorial, {10}), 3628800)
  local odd
  local function even(n) if n == 0 then return true end return odd(n - 1) end
  function odd(n) if n == 0 then return false end return even(n - 1) end
  equal(pool:apply(even, {100}), true)
  equal(pool:apply(odd, {100}), false)
end)

test("an_upvalue_that_two_functions_share_stays_one", function()
  if is_51 then
    return -- it cannot be told there
  end
  local count = 0
  local function up() count = count + 1 end
  local function get() return count end
  equal(pool:apply(function() up() up() return get() end), 2)
end)

test("functions_cross_as_arguments_and_values", function()
  local added = pool:apply(function(f) return f(20) end, {function(x) return x + 1 end})
  equal(added, 21)
  local adder = pool:apply(function(n) return function(x) return x + n end end, {5})
  equal(adder(10), 15)
end)

test("functions_of_libraries_and_modules_cross_by_name", function()
  local format, floor, modules = string.format, math.floor, {string, math}
  equal(pool:apply(function(x) return format("%d", floor(x)) end, {2.7}), "2")
  equal(pool:apply(function() return modules[1] == string and modules[2] == math end), true)
  equal(pool:apply(math.max, {1, 5, 3}), 5)
  equal(trip(string.rep), string.rep)
  equal(trip(_G), _G)
  equal(trip(io.stdout), io.stdout)
end)

test("a_module_of_the_host_is_required_in_the_worker", function()
  local crossed = require "fixture_module"
  equal(pool:apply(function(x) return crossed.twice(x) end, {21}), 42)
  equal(pool:apply(crossed.twice, {4}), 8)
  equal(trip(crossed), crossed)
end)

test("a_module_that_cannot_be_required_there_is_the_tasks_error", function()
  package.loaded.nowhere = {f = function() end}
  local nowhere = package.loaded.nowhere
  raises("Task", "nowhere", pool.apply, pool, function() return nowhere end)
  package.loaded.nowhere = nil
end)

test("an_environment_of_its_own_crosses", function()
  local environment = {base = 40}
  local f
  if setfenv then
    f = setfenv(load("local x = ... return base + x"), environment)
  else
    f = load("local x = ... return base + x", "chunk", "t", environment)
  end
  equal(pool:apply(f, {2}), 42)
end)

test("globals_do_not_cross", function()
  crossing_global = 5
  equal(pool:apply(function() return crossing_global end), nil)
  crossing_global = nil
end)

test("a_function_with_many_constants_and_upvalues_crosses", function()
  local parts = {}
  for number = 1, 3000 do
    parts[number] = ("t[%d] = 'text %d'"):format(number, number)
  end
  local f = load("local t = {} " .. table.concat(parts, "\n") .. " return #t")
  equal(pool:apply(f), 3000)
  local names, values = {}, {}
  for number = 1, 50 do
    names[number], values[number] = "v" .. number, number
  end
  local make = load(("local %s = ... return function() return %s end"):format(
    table.concat(names, ","), table.concat(names, "+")))
  equal(pool:apply(make(unpack(values))), 50 * 51 / 2)
end)

-- ---- handles of this library ----

test("c_functions_arrays_and_errors_cross", function()
  equal(pool:apply(function(f, pool) return pool:apply(f, {5}) end, {square, pool}), 25)
  local array = asyncresult.array("double", {1, 2, 3})
  equal(pool:apply(function(array) return #array + array[3] end, {array}), 6)
  equal(pool:apply(function() return array:totable()[2] end), 2)
  equal(tostring(trip(array)), tostring(array))
  local failure = raises("Type", "argument 1", pool.apply, pool, square, {"text"})
  failure.more = {1}
  local copy = trip(failure)
  is_true(asyncresult.is_error(copy, "Type"), "an error")
  equal(copy.message, failure.message)
  equal(copy.more[1], 1)
end)

test("results_and_pools_cross_and_come_back_the_same", function()
  equal(trip(pool), pool)
  local result = pool:apply_async(square, {6})
  equal(pool:apply(function(result) return result:get() end, {result}), 36)
  equal(trip(result):get(), 36)
  local strand = pool:strand()
  equal(pool:apply(function(pool, strand)
    return pool:apply(function() return 7 end, nil, {strand = strand})
  end, {pool, strand}), 7)
end)

-- ---- refusals ----

test("what_cannot_cross_is_refused_at_the_submit_with_its_place", function()
  local file, coroutine_ = io.tmpfile(), coroutine.create(function() end)
  local function refused(part, f, arguments)
    raises("Unsendable", part, pool.apply_async, pool, f, arguments)
  end
  refused("argument #1.a.b[1]: a userdata cannot cross to another Lua state", same,
    {{a = {b = {file}}}})
  refused("argument #2: a coroutine cannot cross", same, {1, coroutine_})
  refused("argument #1[\"a b\"].c: a userdata", same, {{["a b"] = {c = file}}})
  refused("argument #1(metatable).__index.f: a userdata", same,
    {setmetatable({}, {__index = {f = file}})})
  refused("argument #1(key): a userdata", same, {{[file] = 1}})
  refused("function(upvalue file): a userdata", function() return file end)
  local config = {handle = {file}}
  local function helper() return config end
  refused("function(upvalue helper)(upvalue config).handle[1]: a userdata",
    function() return helper() end)
  refused("C function that is no field of a loaded module", same,
    {string.gmatch("a", "a")})
  file:close()
end)

test("nesting_is_limited", function()
  local deep, fine = {}, {}
  for _ = 1, 149 do
    fine = {fine}
  end
  for _ = 1, 100000 do
    deep = {deep}
  end
  trip(fine)
  raises("Unsendable", "nests deeper than 150", pool.apply_async, pool, same, {deep})
end)

test("items_of_a_map_are_refused_with_their_place", function()
  local file = io.tmpfile()
  raises("Unsendable", "item #2.x: a userdata", pool.map_async, pool, same, {1, {x = file}})
  raises("Unsendable", "item #1, argument #2: a userdata", pool.starmap_async, pool, same,
    {{1, file}})
  raises("Unsendable", "item #2: a userdata", pool.imap, pool, same, {1, file})
  file:close()
end)

test("an_answer_that_cannot_come_back_is_the_tasks_error", function()
  local failure = raises("Unsendable", "value.a[2]: a userdata cannot cross", pool.apply, pool,
    function() return {a = {1, io.tmpfile()}} end)
  equal(failure.code, asyncresult.Unsendable)
  raises("Unsendable", "value: a coroutine", pool.apply, pool, function()
    return coroutine.create(function() end)
  end)
  equal(pool:apply(same, {5}), 5)
end)

test("a_refused_submit_leaves_nothing_behind", function()
  local file = io.tmpfile()
  for _ = 1, 100 do
    pcall(pool.apply_async, pool, same, {{pool, square, {file}}})
  end
  file:close()
  equal(pool:apply(same, {1}), 1)
end)

-- ---- memory ----

test("functions_that_are_forgotten_are_collected", function()
  local functions = setmetatable({}, {__mode = "k"})
  for number = 1, 50 do
    local function f(x) return x + number + (f and 0 or 0) end
    functions[f] = true
    equal(pool:apply(f, {1}), number + 1)
    equal(pool:apply(f, {1}), number + 1)
  end
  collectgarbage()
  collectgarbage()
  equal(next(functions), nil)
end)

pool:terminate()
pool:join()
check.finish()
