--- Coroutines that wait for results without holding up each other.

local native = require "asyncresult.native"
local Error = require "asyncresult.error"

local coroutine, pcall = coroutine, pcall

local unpack = table.unpack or unpack

local scheduler = {}

local function pack(...)
  return {n = select("#", ...), ...}
end

-- The loop that a coroutine was made by.
local loops = setmetatable({}, {__mode = "k"})
-- The loop that runs now.
local current

-- ---- await ----

-- The coroutine that may yield here: not the main one of Lua 5.1 or of 5.2 and later.
local function yielding()
  local running, is_main = coroutine.running()
  if running == nil or is_main then
    return nil
  end
  return running
end

-- Who resumes a coroutine once its result is ready: its loop, or whoever runs the
-- callbacks of the pool.
local function waker(running)
  local loop = loops[running]
  if loop then
    return function() loop.ready[#loop.ready + 1] = running end
  end
  return function()
    local ok, failure = coroutine.resume(running)
    if not ok then
      error(failure, 0)
    end
  end
end

--- The value of a result, or its error raised, as get() does.  A coroutine yields until
-- the result is ready: to asyncresult.run(), or to whatever runs the pool's callbacks
-- (an event loop that calls pool:poll(), say), which resumes it.
function scheduler.await(result)
  local running = yielding()
  if not running or native.in_task() or result:ready() then
    return result:get()
  end
  local loop = loops[running]
  if loop then
    loop:watch(native.result_pool(result))
  end
  local wake, waits = waker(running), false
  -- It is called at once if the result has become ready meanwhile.
  result:add_done_callback(function()
    if waits then
      wake()
    end
  end)
  while not result:ready() do
    waits = true
    coroutine.yield(result)
  end
  return result:get()
end

-- ---- the runner ----

local Loop = {}
Loop.__index = Loop

function Loop:watch(pool)
  if not self.pools[pool] then
    self.pools[pool] = true
    self.list[#self.list + 1] = pool
    self.descriptors[#self.descriptors + 1] = pool:descriptor()
  end
end

function Loop:spawn(f, ...)
  local arguments = pack(...)
  local made = coroutine.create(function()
    return f(unpack(arguments, 1, arguments.n))
  end)
  loops[made] = self
  self.alive = self.alive + 1
  self.ready[#self.ready + 1] = made
  return made
end

-- Resume one coroutine; the error that ends it ends the loop.
function Loop:step(coroutine_)
  local answers = pack(coroutine.resume(coroutine_))
  if coroutine.status(coroutine_) ~= "dead" then
    return
  end
  self.alive = self.alive - 1
  if not answers[1] then
    error(answers[2], 0)
  end
  if coroutine_ == self.main then
    self.answers = answers
  end
end

function Loop:step_all()
  while #self.ready > 0 do
    local ready = self.ready
    self.ready = {}
    for _, each in ipairs(ready) do
      self:step(each)
    end
  end
end

-- Sleep until callbacks are due, and run them.
function Loop:sleep()
  if #self.list == 0 then
    Error.raise("Deadlock", "run: expected coroutines that await results, found %d that "
      .. "nobody resumes", self.alive)
  end
  if #self.list == 1 then
    self.list[1]:poll(math.huge)
    return
  end
  repeat until native.poll(self.descriptors, nil) ~= false
  for _, pool in ipairs(self.list) do
    pool:poll()
  end
end

function Loop:run()
  self:step_all()
  while self.alive > 0 do
    self:sleep()
    self:step_all()
  end
end

--- Run f(...) as a coroutine, and what it spawns, until all have ended; answers what f
-- answered.  The first error that one of them raises is raised here, and the others are
-- dropped.
function scheduler.run(f, ...)
  local loop = setmetatable({
    alive = 0,
    ready = {},
    pools = {},
    list = {},
    descriptors = {},
  }, Loop)
  local outer = current
  current = loop
  loop.main = loop:spawn(f, ...)
  local ok, failure = pcall(loop.run, loop)
  current = outer
  if not ok then
    error(failure, 0)
  end
  return unpack(loop.answers, 2, loop.answers.n)
end

--- Run f(...) as another coroutine beside the one that calls this, inside run().
function scheduler.spawn(f, ...)
  local running = yielding()
  local loop = running and loops[running] or current
  if not loop then
    Error.raise("State", "spawn: expected a call inside asyncresult.run, found none")
  end
  return loop:spawn(f, ...)
end

return scheduler
