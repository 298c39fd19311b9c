-- Errors as tables: what they hold, what raising them in callbacks keeps.

local asyncresult = require "asyncresult"
local codes = require "asyncresult.codes"
local check = require "check"
local test, equal, is_true, raises = check.test, check.equal, check.is_true, check.raises

local pool = asyncresult.Pool(1)
local labs = asyncresult.cfunction("libc.so.6", "long labs(long)")

--- The error of a result whose callback is f.
local function failure_of(f)
  local result = pool:apply_async(labs, {1}, {callback = f})
  local ok, failure = pcall(result.get, result)
  is_true(not ok, "an error came")
  return failure
end

test("an_error_has_code_kind_message_and_origin", function()
  local failure = raises("Type", "argument 1", pool.apply, pool, labs, {"text"})
  equal(failure.code, asyncresult.Type)
  equal(failure.origin, "C")
  equal(tostring(failure), "Type: " .. failure.message)
  equal(failure.cause, nil)
end)

test("each_kind_has_its_code", function()
  equal(asyncresult.Timeout, 3)
  for kind, code in pairs(codes) do
    equal(asyncresult[kind], code, kind)
  end
end)

test("is_error_tells_kinds_apart", function()
  local failure = raises("Library", "", asyncresult.cfunction, "libnowhere.so", "int f(void)")
  equal(asyncresult.is_error(failure), true)
  equal(asyncresult.is_error(failure, "Library"), true)
  equal(asyncresult.is_error(failure, "Symbol"), false)
  equal(asyncresult.is_error("text"), false)
  equal(asyncresult.is_error({kind = "Library"}, "Library"), false)
end)

test("a_wrong_cfunction_says_what_is_wrong", function()
  raises("Symbol", "no_such_function", asyncresult.cfunction, "libc.so.6",
    "int no_such_function(void)")
  raises("Prototype", "", asyncresult.cfunction, "libc.so.6", "int labs(")
  raises("Argument", "prototype", asyncresult.cfunction, "libc.so.6")
  raises("Argument", "library", asyncresult.cfunction, 5, "int f(void)")
end)

test("a_cfunction_is_found_by_stem_and_in_the_program", function()
  equal(pool:apply(asyncresult.cfunction("m", "double fabs(double)"), {-2.5}), 2.5)
  equal(pool:apply(asyncresult.cfunction(nil, "long labs(long)"), {-2}), 2)
  equal(tostring(labs), "cfunction<long labs(long)>")
  equal(labs.name, "labs")
end)

test("a_text_raised_in_a_callback_has_place_and_trace", function()
  local failure = failure_of(function() error("went wrong") end)
  equal(failure.code, asyncresult.Task)
  is_true(failure.message:find("errors.lua:%d+: went wrong"), failure.message)
  is_true(failure.trace:find("errors.lua"), "the trace")
  equal(failure.origin, "Lua")
end)

test("a_table_raised_in_a_callback_is_the_errors_value", function()
  local failure = failure_of(function() error({status = 404}) end)
  equal(failure.value.status, 404)
end)

test("an_object_raised_in_a_callback_gives_its_text", function()
  local object = setmetatable({}, {__tostring = function() return "object 7" end})
  equal(failure_of(function() error(object) end).message, "object 7")
end)

test("what_cannot_cross_is_named_by_its_type", function()
  local failure = failure_of(function() error(print) end)
  is_true(failure.message:find("function"), failure.message)
  equal(failure.value, nil)
end)

test("an_error_raised_again_keeps_its_fields", function()
  local inner = raises("Type", "argument 1", pool.apply, pool, labs, {"text"})
  inner.cause = raises("Timeout", "", function()
    local wait = check.fixture("int64_t @latch_wait(int64_t)")
    local open = check.fixture("int64_t @latch_open(int64_t)")
    local latch = pool:apply(check.fixture("int64_t @latch_new(void)"))
    local held = pool:apply_async(wait, {latch})
    local ok, failure = pcall(held.get, held, 0)
    asyncresult.with(asyncresult.Pool(1), function(other) other:apply(open, {latch}) end)
    held:get()
    is_true(not ok, "a time-out")
    error(failure, 0)
  end)
  local failure = failure_of(function() error(inner) end)
  equal(failure.kind, "Type")
  equal(failure.message, inner.message)
  equal(failure.cause.kind, "Timeout")
end)

test("a_time_out_raised_in_a_callback_is_no_time_out_of_the_wait", function()
  local failure = failure_of(function()
    error(setmetatable({kind = "Timeout", code = asyncresult.Timeout, message = "mine"},
      getmetatable(raises("Type", "", pool.apply, pool, labs, {"x"}))))
  end)
  equal(failure.code, asyncresult.Task)
  equal(failure.message, "mine")
end)

test("a_circle_of_causes_ends", function()
  local failure = raises("Type", "", pool.apply, pool, labs, {"x"})
  failure.cause = failure
  equal(failure_of(function() error(failure) end).kind, "Type")
end)

test("reading_an_error_again_appends_nothing", function()
  local result = pool:apply_async(labs, {"text"})
  local _, first = pcall(result.get, result)
  local _, second = pcall(result.get, result)
  for _, field in ipairs{"code", "kind", "message", "trace", "origin"} do
    equal(first[field], second[field], field)
  end
end)

check.finish()
