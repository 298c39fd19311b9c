-- What the cases of the contract are written with: the fixture's functions, pools
-- and latches that end with their case, expectations, and the runner itself.

local asyncresult = require "asyncresult"

local harness = {}

-- ---- the fixture ----

local prototypes = {
  "int64_t fixture_square(int64_t number)",
  "int64_t fixture_add(int64_t left, int64_t right)",
  "double fixture_half(double number)",
  "const char *fixture_text(void)",
  "void fixture_nothing(void)",
  "uint8_t fixture_byte(uint8_t number)",
  "int64_t fixture_thread_id(void)",
  "void fixture_exit_thread(void)",
  "int64_t fixture_latch_new(void)",
  "int64_t fixture_latch_open(int64_t latch)",
  "int64_t fixture_latch_wait(int64_t latch)",
  "int64_t fixture_latch_number(int64_t latch, int64_t number)",
  "uint8_t fixture_latch_byte(int64_t latch, uint8_t number)",
  "int64_t fixture_latch_waiting(int64_t latch)",
  "int64_t fixture_wait_for_waiters(int64_t latch, int64_t count)",
  "int64_t fixture_counter_new(void)",
  "int64_t fixture_count(int64_t counter)",
  "int64_t fixture_counter_get(int64_t counter)",
  "uint8_t fixture_count_byte(int64_t counter, uint8_t number)",
  "int64_t fixture_count_and_wait(int64_t counter, int64_t latch)",
  "int64_t fixture_wait_for_count(int64_t counter, int64_t count)",
  "int64_t fixture_log_new(void)",
  "int64_t fixture_log_add(int64_t log, int64_t number)",
  "uint8_t fixture_log_byte(int64_t log, uint8_t number)",
  "int64_t fixture_log_count(int64_t log)",
  "int64_t fixture_log_get(int64_t log, int64_t index)",
  "int64_t fixture_meter_new(void)",
  "int64_t fixture_together(int64_t meter)",
  "int64_t fixture_max_together(int64_t meter)",
}

-- The fixture's functions, by their names without "fixture_".
harness.F = {}
local library = assert(os.getenv("ASYR_FIXTURE"), "ASYR_FIXTURE names no library")
for _, prototype in ipairs(prototypes) do
  local name = prototype:match("fixture_([%w_]+)%(")
  harness.F[name] = asyncresult.cfunction(library, prototype)
end
local F = harness.F

-- Calls the fixture while the pool under test is held.
local control = asyncresult.Pool{workers = 4, name = "control"}
harness.control = control

function harness.call(f, ...)
  return control:apply(f, {...})
end
local call = harness.call

-- ---- what ends with a case ----

local pools, latches = {}, {}

function harness.pool(options)
  local pool = asyncresult.Pool(options)
  pools[#pools + 1] = pool
  return pool
end

function harness.latch()
  local latch = call(F.latch_new)
  latches[#latches + 1] = latch
  return latch
end

function harness.counter()
  return call(F.counter_new)
end

function harness.open(latch)
  call(F.latch_open, latch)
end

function harness.count_of(counter)
  return call(F.counter_get, counter)
end

--- A pool of one worker that a task holds until its latch opens.
function harness.held_pool(options)
  options = options or {}
  options.workers = 1
  local pool, latch = harness.pool(options), harness.latch()
  local held = pool:apply_async(F.latch_wait, {latch})
  call(F.wait_for_waiters, latch, 1)
  return pool, latch, held
end

--- The numbers of a log.
function harness.entries(log)
  local entries = {}
  for index = 0, call(F.log_count, log) - 1 do
    entries[#entries + 1] = call(F.log_get, log, index)
  end
  return entries
end

local function clean_up()
  for _, latch in ipairs(latches) do
    harness.open(latch)
  end
  for _, pool in ipairs(pools) do
    pool:terminate()
    pool:join(20)
  end
  pools, latches = {}, {}
end

-- ---- expectations ----

local function show(value)
  if type(value) ~= "table" or asyncresult.is_error(value) then
    return tostring(value)
  end
  local parts = {}
  for index, item in ipairs(value) do
    parts[index] = show(item)
  end
  return "{" .. table.concat(parts, ", ") .. "}"
end

local function same(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then
    return a == b
  end
  if #a ~= #b then
    return false
  end
  for index = 1, #a do
    if not same(a[index], b[index]) then
      return false
    end
  end
  return true
end

function harness.equal(found, expected, what)
  if not same(found, expected) then
    error(("%sexpected %s, found %s"):format(what and what .. ": " or "", show(expected),
      show(found)), 2)
  end
end

function harness.is_true(found, what)
  if not found then
    error(what .. ": expected true, found " .. tostring(found), 2)
  end
end

--- Expect f(...) to raise an error of a kind; answers the error.
function harness.raises(kind, f, ...)
  local ok, failure = pcall(f, ...)
  if ok then
    error("expected an error of kind " .. kind .. ", found " .. show(failure), 2)
  end
  if not asyncresult.is_error(failure, kind) then
    error("expected an error of kind " .. kind .. ", found " .. tostring(failure), 2)
  end
  return failure
end

-- ---- child processes ----

local children = {}
local lua = arg[-1]
local script = arg[0]

--- Name what a process of its own does; see harness.run_child.
function harness.child(name, f)
  children[name] = f
end

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

--- The exit status and the output of a child; `prelude` is shell before it.
function harness.run_child(name, prelude)
  local command = ("%s exec %s %s --child %s"):format(prelude or "", quote(lua),
    quote(script), name)
  local pipe = assert(io.popen("(" .. command .. ") 2>&1; echo \"status $?\""))
  local text = pipe:read("*a")
  pipe:close()
  return tonumber(text:match("status (%d+)%s*$")), (text:gsub("status %d+%s*$", ""))
end

-- ---- the runner ----

local order, cases, reasons = {}, {}, {}

function harness.case(id, f)
  order[#order + 1] = id
  cases[id] = f
end

--- Say why Lua cannot test the cases of a list of ids.
function harness.skip(ids, reason)
  for id in ids:gmatch("%S+") do
    order[#order + 1] = id
    reasons[id] = reason
  end
end

-- A case that hangs ends the process.
local alarm = asyncresult.cfunction("libc.so.6", "unsigned int alarm(unsigned int)")

local function run_case(id)
  call(alarm, 25)
  local ok, failure = pcall(cases[id])
  local cleaned, leftover = pcall(clean_up)
  call(alarm, 0)
  if ok and cleaned then
    print("ok " .. id)
    return true
  end
  local reason = tostring(ok and leftover or failure):gsub("\n", " ")
  print("not ok " .. id .. ": " .. reason)
  return false
end

local function run_cases(prefix)
  local passed = true
  for _, id in ipairs(order) do
    if id:sub(1, #prefix) == prefix then
      io.stdout:flush()
      if reasons[id] then
        print("skip " .. id .. ": " .. reasons[id])
      else
        passed = run_case(id) and passed
      end
    end
  end
  return passed
end

function harness.main(first, second)
  if first == "--child" then
    return children[second]()
  end
  io.stdout:setvbuf("line")
  local passed = run_cases(first or "")
  control:terminate()
  control:join()
  os.exit(passed and 0 or 1)
end

return harness
