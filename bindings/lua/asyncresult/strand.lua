--- Tasks of a pool that run one at a time, in the order of their submits.  A strand is made
-- by `pool:strand()` and given to a submit as the option `strand`; it has no methods.

local native = require "asyncresult.native"
local Error = require "asyncresult.error"
local options = require "asyncresult.options"

local Strand = {}
Strand.__index = Strand
Strand.__name = "asyncresult.Strand"

local known = {pinned = true}

--- A strand of a pool; with {pinned = true} always on the same thread.
function Strand.new(pool, given)
  options.check("strand", given, known)
  local pinned = given and given.pinned
  local kind = pinned and native.STRAND_PINNED or native.STRAND_SERIAL
  -- A strand crosses to another Lua state as the table that it is.
  return setmetatable({handle = native.strand_new(pool.handle, kind)}, Strand)
end

--- The handle of a strand that was given as an option.
function Strand.handle_of(strand)
  if getmetatable(strand) ~= Strand then
    Error.raise("Argument", "strand: expected a strand of the pool, found %s",
      type(strand))
  end
  return strand.handle
end

return Strand
