-- A lazy map over standard input: the gamma function of each number, one per line.
--
-- Lines are read as results are taken, at most 64 ahead, so the input may be endless.  A
-- line that is no number ends it: the numbers before it are printed, then the error.

local asyncresult = require "asyncresult"

local gamma = asyncresult.cfunction("libm.so.6", "double tgamma(double)")

local function read_number()
  local line = io.read()
  return line and (tonumber(line) or error("expected a number, found " .. line, 0))
end

local function main(pool)
  for value in pool:imap(gamma, read_number, {chunksize = 8, buffersize = 64}) do
    print(("%.6g"):format(value))
  end
end

local ok, failure = pcall(asyncresult.with, asyncresult.Pool(), main)
if not ok then
  io.stderr:write(tostring(failure), "\n")
end
os.exit(ok and 0 or 1)
