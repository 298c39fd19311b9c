-- A small test runner: test(name, f), then finish().

local asyncresult = require "asyncresult"

local check = {}
local passed, failed = 0, 0

function check.test(name, f)
  local ok, failure = xpcall(f, function(raised)
    return tostring(raised) .. "\n" .. debug.traceback("", 2)
  end)
  if ok then
    passed = passed + 1
  else
    failed = failed + 1
    print("FAILED " .. name .. ": " .. failure)
  end
end

function check.equal(found, expected, what)
  if found ~= expected then
    error(("%sexpected %s, found %s"):format(what and what .. ": " or "",
      tostring(expected), tostring(found)), 2)
  end
end

function check.is_true(found, what)
  if not found then
    error((what or "value") .. ": expected true, found " .. tostring(found), 2)
  end
end

--- Expect f(...) to raise an error of a kind, whose message has `part`.
function check.raises(kind, part, f, ...)
  local ok, failure = pcall(f, ...)
  if ok then
    error("expected an error of kind " .. kind .. ", found " .. tostring(failure), 2)
  end
  if not asyncresult.is_error(failure, kind) then
    error("expected an error of kind " .. kind .. ", found " .. tostring(failure), 2)
  end
  if not failure.message:find(part, 1, true) then
    error("expected a message with " .. part .. ", found " .. failure.message, 2)
  end
  return failure
end

--- A function of the contract's fixture, by its prototype without "fixture_".
function check.fixture(prototype)
  local path = assert(os.getenv("ASYR_FIXTURE"), "ASYR_FIXTURE names no library")
  return asyncresult.cfunction(path, (prototype:gsub("@", "fixture_")))
end

--- What this test's interpreter is called with.
check.lua = arg[-1]

function check.finish()
  print(("%d passed, %d failed"):format(passed, failed))
  os.exit(failed == 0 and 0 or 1, true)
end

return check
