-- REFERENCE.md has an entry for everything that is public.

local asyncresult = require "asyncresult"
local check = require "check"
local codes = require "asyncresult.codes"

local file = assert(io.open("../REFERENCE.md"))
local text = file:read("*a")
file:close()

-- What the modules use of each other.
local private = {
  pool = {adopt = true, new = true, option = true, report = true},
  result = {new = true},
  iterator = {new = true},
  promise = {new = true},
}

local function has_entry(name)
  local pattern = "\n### `" .. name:gsub("%p", "%%%0") .. "[(`{]"
  return ("\n" .. text):find(pattern) ~= nil
end

local function expect_entries(prefix, names, skipped)
  for name in pairs(names) do
    if not name:find("^__") and not skipped[name] then
      check.is_true(has_entry(prefix .. name), "an entry for " .. prefix .. name)
    end
  end
end

check.test("each_public_name_has_an_entry", function()
  expect_entries("asyncresult.", asyncresult, codes)
  for name, skipped in pairs(private) do
    local class = require("asyncresult." .. name)
    expect_entries(name .. ":", class, skipped)
  end
end)

check.test("each_kind_of_error_is_listed", function()
  for kind, code in pairs(codes) do
    check.is_true(text:find(("| `%s` | %d |"):format(kind, code), 1, true), kind)
  end
end)

check.finish()
