--- This library and luv, under Lua 5.4 and under LuaJIT.
--
--   lua5.4 bench.lua list | notes | run WORKLOAD VARIANT [SCALE]
--
-- tests/bench/README.md describes the workloads and what is printed.  BENCH_TASKS is
-- the library of the C functions that are called.

local uv = require "luv"

local name = jit and "luajit" or "lua"
local workers = tonumber(os.getenv("BENCH_WORKERS")) or 2
uv.os_setenv("UV_THREADPOOL_SIZE", tostring(workers))

local function check(found, expected)
  if found ~= expected then
    error(("expected %s, found %s"):format(expected, found), 0)
  end
end

-- The metrics of a body that has so many tasks run, after a tenth of them to warm up.
local function timed(count, body, metric)
  body(math.ceil(count / 10))
  local cpu, start = os.clock(), uv.hrtime()
  body(count)
  return {
    [metric] = (uv.hrtime() - start) / count,
    cpu_ns_per_task = (os.clock() - cpu) * 1e9 / count,
  }
end

-- The metrics of `count` calls, one after the other, after a tenth of them.
local function timed_each(count, call)
  for i = 1, math.ceil(count / 10) do
    call(i)
  end
  local taken, cpu = {}, os.clock()
  for i = 1, count do
    local start = uv.hrtime()
    call(i)
    taken[i] = uv.hrtime() - start
  end
  cpu = (os.clock() - cpu) * 1e9 / count
  table.sort(taken)
  return {
    p50_ns = taken[math.ceil(count / 2)],
    p99_ns = taken[math.ceil(count * 0.99)],
    cpu_ns_per_task = cpu,
  }
end

-- ---- this library ----

local prototypes = {
  same = "int64_t bench_same(int64_t)",
  microsecond = "int64_t bench_microsecond(int64_t)",
  square = "double bench_square(double)",
  count_up = "int64_t bench_count_up(double *, int64_t)",
}

local ours = {}

-- A pool, and the C functions.
local function open()
  local asyncresult = require "asyncresult"
  local functions = {}
  for key, prototype in pairs(prototypes) do
    functions[key] = asyncresult.cfunction(os.getenv("BENCH_TASKS"), prototype)
  end
  return asyncresult.Pool(workers), functions, asyncresult
end

local function pipelined(count, pool, f)
  return timed(count, function(count)
    local results, sum = {}, 0
    for i = 1, count do
      results[i] = pool:apply_async(f, {i})
    end
    for i = 1, count do
      sum = sum + results[i]:get()
    end
    check(sum, count * (count + 1) / 2)
  end, "ns_per_task")
end

function ours.W1(count)
  local pool, functions = open()
  return pipelined(count, pool, functions.same)
end

function ours.W1u(count)
  local pool, functions = open()
  return pipelined(count, pool, functions.microsecond)
end

function ours.W2h(count)
  local pool, functions = open()
  return timed_each(count, function(i)
    check(pool:apply_async(functions.same, {i}):get(), i)
  end)
end

function ours.W4a(count)
  local pool, functions, asyncresult = open()
  local arrays, squares = {}, nil
  for _, size in ipairs {math.ceil(count / 10), count} do
    arrays[size] = asyncresult.array("double", size)
    pool:apply(functions.count_up, {arrays[size], size})
  end
  local metrics = timed(count, function(count)
    squares = pool:map(functions.square, arrays[count])
  end, "ns_per_item")
  check(#squares, count)
  check(squares[count], (count - 1) ^ 2)
  return metrics
end

local function with_callbacks(count, pool, f)
  return timed(count, function(count)
    local seen, sum = 0, 0
    local options = {callback = function(value)
      seen, sum = seen + 1, sum + value
    end}
    for i = 1, count do
      pool:apply_async(f, {i}, options)
    end
    while seen < count do
      pool:poll(math.huge)
    end
    check(sum, count * (count + 1) / 2)
  end, "ns_per_task")
end

function ours.W8(count)
  local pool, functions = open()
  return with_callbacks(count, pool, functions.same)
end

-- ---- luv: functions of Lua, each in the Lua state of a thread of libuv's pool ----

local luv = {}

local function same(number)
  return number
end

local function microsecond(number)
  local uv = require "luv"
  local last = uv.hrtime() + 1000
  while uv.hrtime() < last do end
  return number
end

-- Its only way to hear of the end of a task is a callback, so W1 and W8 are one.
local function queue_work(count, f)
  local seen, sum = 0, 0
  local work = uv.new_work(f, function(value)
    seen, sum = seen + 1, sum + value
  end)
  return timed(count, function(count)
    seen, sum = 0, 0
    for i = 1, count do
      work:queue(i)
    end
    uv.run()
    check(seen, count)
    check(sum, count * (count + 1) / 2)
  end, "ns_per_task")
end

function luv.W1(count)
  return queue_work(count, same)
end

function luv.W1u(count)
  return queue_work(count, microsecond)
end

luv.W8 = luv.W1

function luv.W2h(count)
  local answer
  local work = uv.new_work(same, function(value)
    answer = value
  end)
  return timed_each(count, function(i)
    work:queue(i)
    uv.run()
    check(answer, i)
  end)
end

-- A part of the array is sent as a string and answered as one.
local function squares_of_text(text)
  local squares, place = {}, 1
  for i = 1, #text / 8 do
    local number
    number, place = string.unpack("d", text, place)
    squares[i] = string.pack("d", number * number)
  end
  return table.concat(squares)
end

-- LuaJIT's threads see the same memory.
local function squares_in_memory(from, into, first, last)
  local ffi = require "ffi"
  from = ffi.cast("const double *", from)
  into = ffi.cast("double *", into)
  for i = first, last do
    into[i] = from[i] * from[i]
  end
  return 0
end

local function each_part(count, call)
  local size = math.ceil(count / (4 * workers))
  for first = 0, count - 1, size do
    call(first, math.min(first + size, count) - 1)
  end
end

-- So many numbers, packed: one string for each part.
local function text_parts(count)
  local parts, expected = {}, 0
  each_part(count, function(first, last)
    local numbers = {}
    for i = first, last do
      numbers[#numbers + 1] = string.pack("d", i)
    end
    parts[#parts + 1] = table.concat(numbers)
    expected = expected + last ^ 2
  end)
  return parts, expected
end

local function map_text(count)
  local sum
  local work = uv.new_work(squares_of_text, function(squares)
    sum = sum + string.unpack("d", squares, -8)
  end)
  local parts, expected = {}, {}
  for _, size in ipairs {math.ceil(count / 10), count} do
    parts[size], expected[size] = text_parts(size)
  end
  return timed(count, function(count)
    sum = 0
    for _, part in ipairs(parts[count]) do
      work:queue(part)
    end
    uv.run()
    check(sum, expected[count])
  end, "ns_per_item")
end

local function map_memory(count)
  local ffi = require "ffi"
  local from, into = ffi.new("double[?]", count), ffi.new("double[?]", count)
  for i = 0, count - 1 do
    from[i] = i
  end
  local function address(array)
    return tonumber(ffi.cast("uintptr_t", array))
  end
  local work = uv.new_work(squares_in_memory, function() end)
  return timed(count, function(count)
    each_part(count, function(first, last)
      work:queue(address(from), address(into), first, last)
    end)
    uv.run()
    check(into[count - 1], (count - 1) ^ 2)
  end, "ns_per_item")
end

luv.W4a = jit and map_memory or map_text

-- ---- this library, with functions of Lua ----

local ours_in_lua = {}

function ours_in_lua.W1(count)
  return pipelined(count, open(), same)
end

function ours_in_lua.W1u(count)
  return pipelined(count, open(), microsecond)
end

function ours_in_lua.W2h(count)
  local pool = open()
  return timed_each(count, function(i)
    check(pool:apply_async(same, {i}):get(), i)
  end)
end

local function square_of(number)
  return number * number
end

function ours_in_lua.W4a(count)
  local pool, functions, asyncresult = open()
  local arrays, squares = {}, nil
  for _, size in ipairs {math.ceil(count / 10), count} do
    arrays[size] = asyncresult.array("double", size)
    pool:apply(functions.count_up, {arrays[size], size})
  end
  local metrics = timed(count, function(count)
    squares = pool:map(square_of, arrays[count])
  end, "ns_per_item")
  check(#squares, count)
  check(squares[count], (count - 1) ^ 2)
  return metrics
end

function ours_in_lua.W8(count)
  return with_callbacks(count, open(), same)
end

-- ---- the program ----

local libraries = {
  ["asyncresult"] = ours,
  ["asyncresult-lua"] = ours_in_lua,
  ["luv"] = luv,
}

-- Tasks, round trips, or items.
local counts = {
  W1 = {asyncresult = 100000, luv = 100000},
  W1u = {asyncresult = 100000, luv = 100000},
  W2h = {asyncresult = 10000, luv = 5000},
  W4a = {asyncresult = 4000000, luv = jit and 4000000 or 1000000},
  W8 = {asyncresult = 100000, luv = 100000},
}
for workload, each in pairs(counts) do
  each["asyncresult-lua"] = workload == "W4a" and 1000000 or each.asyncresult
end

local notes = {
  "* N:luv: the task is a function of Lua, in a Lua state of libuv's thread",
  "* N:asyncresult: the task is a C function, through libffi",
  "* N:asyncresult-lua: the task is a function of Lua, in a Lua state of the worker",
  "W1 N:*: 100,000 tasks; luv keeps no results, a callback takes each",
  "W1u N:*: 100,000 tasks",
  "W2h N:*: 10,000 round trips, luv 5,000; luv runs its event loop once for each",
  jit and "W4a N:luv: 4,000,000 doubles in memory that the threads share, by LuaJIT's FFI"
    or "W4a N:luv: 1,000,000 doubles, packed into a string for each thread and back",
  "W4a N:asyncresult-lua: 1,000,000 doubles, one call of the function for each",
  "W4a N:asyncresult: 4,000,000 doubles in a typed array, the square by a C function",
  "W8 N:*: 100,000 tasks",
}

local function split(variant)
  local language, library = variant:match("^(%w+):([%w-]+)$")
  return language == name and libraries[library] and library
end

local function run(workload, variant, scale)
  local library = split(variant)
  local count = math.max(8, math.floor(counts[workload][library] * (scale or 1)))
  for metric, value in pairs(libraries[library][workload](count)) do
    print(("%s %.3f"):format(metric, value))
  end
end

local function list()
  for workload in pairs(counts) do
    for library in pairs(libraries) do
      print(("%s %s:%s"):format(workload, name, library))
    end
  end
end

if arg[1] == "list" and not arg[2] then
  list()
elseif arg[1] == "notes" and not arg[2] then
  print((table.concat(notes, "\n"):gsub(" N:", " " .. name .. ":")))
elseif arg[1] == "run" and counts[arg[2]] and split(arg[3] or "") then
  run(arg[2], arg[3], tonumber(arg[4]))
else
  io.stderr:write("usage: bench.lua list | notes | run WORKLOAD VARIANT [SCALE]\n")
  os.exit(2)
end
