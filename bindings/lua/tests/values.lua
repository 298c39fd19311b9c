-- How values cross: by C functions that return what they are given, and by callbacks'
-- errors, whose field `value` goes to the library and comes back.

local asyncresult = require "asyncresult"
local check = require "check"
local test, equal, is_true, raises = check.test, check.equal, check.is_true, check.raises

local pool = asyncresult.Pool(1)
local labs = asyncresult.cfunction("libc.so.6", "long labs(long)")
local strlen = asyncresult.cfunction("libc.so.6", "size_t strlen(const char *)")
local strnlen = asyncresult.cfunction("libc.so.6", "size_t strnlen(const void *, size_t)")
local memchr = asyncresult.cfunction("libc.so.6", "void *memchr(const void *, int, size_t)")
local memset = asyncresult.cfunction("libc.so.6", "void *memset(void *, int, size_t)")
local fabs = asyncresult.cfunction("libm.so.6", "double fabs(double)")
local has_integers = math.type ~= nil

--- The value after a trip to the library and back, inside an error.
local function round_trip(value)
  local result = pool:apply_async(labs, {1}, {callback = function()
    error({value = value})
  end})
  local ok, failure = pcall(result.get, result)
  is_true(not ok, "an error came")
  return failure.value.value
end

test("integers_stay_integers", function()
  equal(pool:apply(labs, {-25}), 25)
  if has_integers then
    equal(math.type(pool:apply(labs, {-25})), "integer")
    equal(math.type(pool:apply(fabs, {-25})), "float")
  end
end)

test("the_largest_integer_survives", function()
  local largest = asyncresult.integer("9223372036854775807")
  equal(tostring(pool:apply(labs, {largest})), "9223372036854775807")
  equal(pool:apply(labs, {largest}), largest)
  if has_integers then
    equal(largest, math.maxinteger)
    equal(round_trip(math.mininteger), math.mininteger)
  end
end)

test("an_unsigned_integer_beyond_lua_is_boxed", function()
  local strtoul = asyncresult.cfunction("libc.so.6",
    "uint64_t strtoul(const char *, void *, int)")
  local value = pool:apply(strtoul, {"18446744073709551615", nil, 10, n = 3})
  equal(tostring(value), "18446744073709551615")
  equal(value, asyncresult.integer("18446744073709551615"))
  equal(tostring(round_trip(value)), "18446744073709551615")
  is_true(value ~= asyncresult.integer("18446744073709551614"), "another number differs")
end)

test("digits_that_are_no_integer_are_a_type_error", function()
  for _, digits in ipairs{"", "12x", "99999999999999999999", "-9223372036854775809"} do
    raises("Type", "expected digits", asyncresult.integer, digits)
  end
end)

test("a_fraction_for_an_integer_is_a_type_error", function()
  raises("Type", "1.5", pool.apply, pool, labs, {1.5})
end)

test("doubles_keep_their_bits", function()
  local inf = math.huge
  equal(pool:apply(fabs, {-inf}), inf)
  local nan = pool:apply(fabs, {0 / 0})
  is_true(nan ~= nan, "NaN")
  equal(1 / round_trip(-1 / inf), -inf)
  equal(round_trip(0.1), 0.1)
  equal(round_trip(2 ^ 53 + 2), 2 ^ 53 + 2)
end)

test("booleans_strings_and_bytes_cross", function()
  equal(round_trip(true), true)
  equal(round_trip(false), false)
  equal(round_trip("text"), "text")
  equal(round_trip(""), "")
  equal(round_trip("a\0b"), "a\0b")
  equal(round_trip("\255\254"), "\255\254")
  equal(round_trip(asyncresult.bytes("abc")), "abc")
end)

test("a_string_goes_as_text_and_bytes_as_a_buffer", function()
  equal(pool:apply(strlen, {"text"}), 4)
  equal(pool:apply(strnlen, {"ab\0cd", 5}), 2)
  equal(pool:apply(strnlen, {asyncresult.bytes("abc"), 3}), 3)
  raises("Type", "argument 1", pool.apply, pool, strlen, {"a\0b"})
  raises("Type", "expected a string", asyncresult.bytes, 5)
end)

test("lists_and_maps_cross", function()
  local list = round_trip{1, "two", {3, {4}}}
  equal(#list, 3)
  equal(list[2], "two")
  equal(list[3][2][1], 4)
  local map = round_trip{name = "x", [10] = "ten", [true] = "yes", [1.5] = "half"}
  equal(map.name, "x")
  equal(map[10], "ten")
  equal(map[true], "yes")
  equal(map[1.5], "half")
  equal(next(round_trip{}), nil)
end)

test("nil_in_a_list_is_null", function()
  local null = asyncresult.null
  local list = round_trip{1, null, 3}
  equal(list[2], null)
  equal(#list, 3)
  list = round_trip{nil, 2, nil, n = 3}
  equal(list[1], null)
  equal(list[2], 2)
  equal(list[3], null)
  equal(round_trip{key = null}.key, null)
end)

test("arguments_with_gaps_are_a_type_error", function()
  raises("Type", "expected a list", pool.apply, pool, labs, {nil, 2})
  raises("Type", "expected a list", pool.apply, pool, labs, {1, x = 2})
  raises("Type", "expected a list, found string", pool.apply, pool, labs, "text")
  raises("Type", "expected a list, found nil", pool.map, pool, labs, nil)
end)

test("what_cannot_cross_is_refused_with_its_path", function()
  raises("Unsendable", "arguments[2].inner[1]: expected", pool.apply, pool, labs,
    {1, {inner = {print}}})
  raises("Unsendable", "found thread", pool.apply, pool, labs,
    {coroutine.create(function() end)})
  raises("Unsendable", "found userdata", pool.apply, pool, labs, {io.stdout})
  raises("Unsendable", "a key that is no", pool.apply, pool, labs, {{[{}] = 1}})
  local circle = {}
  circle[1] = circle
  raises("Unsendable", "nests too deep", pool.apply, pool, labs, {circle})
end)

test("an_array_is_typed_and_shared_with_the_function", function()
  local array = asyncresult.array("uint8", {1, 2, 255})
  equal(tostring(array), "array<uint8, 3>")
  equal(#array, 3)
  equal(array[3], 255)
  equal(array[0], nil)
  equal(array[4], nil)
  pool:apply(memset, {array, 7, 2})
  equal(table.concat(array:totable(), " "), "7 7 255")
end)

test("an_array_holds_each_element_type", function()
  local limits = {
    int8 = {-128, 127}, uint8 = {0, 255}, int16 = {-32768, 32767}, uint16 = {0, 65535},
    int32 = {-2147483648, 2147483647}, uint32 = {0, 4294967295},
    int64 = {-9007199254740992, 9007199254740992}, uint64 = {0, 9007199254740992},
    float = {-0.5, 1.5}, double = {-0.1, 1e300},
  }
  for type, limit in pairs(limits) do
    local array = asyncresult.array(type, limit)
    equal(array[1], limit[1], type)
    equal(array[2], limit[2], type)
    equal(#asyncresult.array(type, 5), 5, type)
    equal(asyncresult.array(type, 5)[5], 0, type)
  end
  equal(tostring(asyncresult.array("uint64", {asyncresult.integer("18446744073709551615")})[1]),
    "18446744073709551615")
end)

test("what_does_not_fit_an_array_is_refused", function()
  raises("Type", "256", asyncresult.array, "uint8", {1, 256})
  raises("Type", "expected", asyncresult.array, "uint8", {-1})
  raises("Type", "expected", asyncresult.array, "int8", {128})
  raises("Type", "expected", asyncresult.array, "uint64", {-1})
  raises("Type", "expected", asyncresult.array, "int32", {1.5})
  raises("Type", "expected a number", asyncresult.array, "int32", {"1"})
  raises("Argument", "element type", asyncresult.array, "complex", {1})
  raises("Argument", "element type", asyncresult.array, nil, {1})
  raises("Argument", "whole number", asyncresult.array, "int8", "x")
  raises("Argument", "", asyncresult.array, "int8", -1)
end)

test("a_map_over_an_array_gives_an_array", function()
  local array = pool:map(fabs, asyncresult.array("double", {-1.5, 2, -3}))
  equal(tostring(array), "array<double, 3>")
  equal(array[1] + array[2] * 10 + array[3] * 100, 321.5)
end)

test("a_pointer_goes_back_as_it_came", function()
  local text = asyncresult.bytes("hello")
  local pointer = pool:apply(memchr, {text, 104, 5})
  is_true(tostring(pointer):find("^pointer<0x"), "its text")
  equal(pool:apply(memchr, {text, 120, 5}), nil)
  local buffer = asyncresult.array("uint8", 4)
  local first, second = pool:apply(memset, {buffer, 1, 4}), pool:apply(memset, {buffer, 1, 4})
  equal(first, second)
  pool:apply(memset, {first, 9, 1})
  equal(buffer[1], 9)
end)

test("a_void_function_gives_nil_and_a_map_of_it_null", function()
  local nothing = check.fixture("void @nothing(void)")
  equal(pool:apply(nothing), nil)
  local list = pool:starmap(nothing, {{}, {}})
  equal(#list, 2)
  equal(list[1], asyncresult.null)
end)

test("bytes_are_compared_by_content", function()
  equal(asyncresult.bytes("a"), asyncresult.bytes("a"))
  is_true(asyncresult.bytes("a") ~= asyncresult.bytes("b"), "other bytes differ")
  equal(#asyncresult.bytes("abc"), 3)
  equal(tostring(asyncresult.bytes("a\0b")), "a\0b")
end)

check.finish()
