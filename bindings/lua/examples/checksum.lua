-- Checksum every file below a folder through zlib's crc32, in a pool.
-- usage: lua checksum.lua FOLDER
--
-- Prints "crc32  path" for each file, sorted by path.  A file that cannot be read has
-- "--------  path: message" in its row, and the exit status is 1 then.

local asyncresult = require "asyncresult"

local CHUNK = 64 * 1024 * 1024 -- the most of a file that is in memory at once

local folder = arg[1]
if not folder then
  io.stderr:write("usage: lua checksum.lua FOLDER\n")
  os.exit(2)
end

local crc32 = asyncresult.cfunction("libz.so.1",
  "unsigned long crc32(unsigned long, const unsigned char *, unsigned int)")
-- A full queue makes the reader wait, so that few files are in memory at once.
local pool = asyncresult.Pool{queue_limit = 16, when_full = "block"}

local function list_files()
  local quoted = "'" .. folder:gsub("'", "'\\''") .. "'"
  local pipe = assert(io.popen("f=" .. quoted .. [[

    if test -d "$f"; then
      find -H "$f" -type d ! -readable -prune -print0 -o -type f -print0
    else
      printf '%s\0' "$f"
    fi
  ]]))
  local text, files, first = pipe:read("*a"), {}, 1
  local complete = pipe:close() ~= nil
  local last = text:find("\0", first, true)
  while last do
    files[#files + 1] = text:sub(first, last - 1)
    first = last + 1
    last = text:find("\0", first, true)
  end
  table.sort(files)
  return files, complete
end

local on_terminal = os.execute("test -t 2")
on_terminal = on_terminal == true or on_terminal == 0
local done = 0

local function show_progress(total)
  if on_terminal then
    io.stderr:write(("\r%d of %d files"):format(done, total))
  end
end

-- A result for the file, or nil and a message.
local function submit(path, options)
  local file, message = io.open(path, "rb")
  if not file then
    return nil, message:gsub("^.*: ", "")
  end
  local content
  content, message = file:read(CHUNK)
  if message then
    file:close()
    return nil, message
  end
  local result = pool:apply_async(crc32, {0, content or "", #(content or "")}, options)
  content, message = file:read(CHUNK)
  while content do
    result = pool:apply_async(crc32, {result:get(), content, #content})
    content, message = file:read(CHUNK)
  end
  file:close()
  if message then
    return nil, message
  end
  return result
end

local files, complete = list_files()
local results, messages = {}, {}
local options = {callback = function()
  done = done + 1
  show_progress(#files)
end}
for index, path in ipairs(files) do
  results[index], messages[index] = submit(path, options)
  pool:poll()
end

local status = complete and 0 or 1
local rows = {}
for index, path in ipairs(files) do
  if results[index] then
    rows[index] = ("%08x  %s"):format(results[index]:get(), path)
  else
    rows[index] = ("--------  %s: %s"):format(path, messages[index])
    status = 1
  end
end
if on_terminal then
  io.stderr:write("\r\27[K")
end
for _, row in ipairs(rows) do
  print(row)
end
pool:close()
pool:join()
os.exit(status)
