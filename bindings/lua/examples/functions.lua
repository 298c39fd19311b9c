-- Functions of Lua in a pool: upvalues, an initializer, errors, a chain, stopping one.

local asyncresult = require "asyncresult"

local weights = {error = 10, warning = 3}

-- It is copied to the workers together with `weights`.
local function score(line)
  local sum = 0
  for word in line:gmatch("%a+") do
    sum = sum + (weights[word] or 0)
  end
  return {line = line, score = sum}
end

asyncresult.with(asyncresult.Pool{
  workers = 4,
  stoppable = true,
  initializer = function(names) -- once in each worker
    level_of = {}
    for level, name in ipairs(names) do
      level_of[name] = level
    end
  end,
  initargs = {{"warning", "error"}},
}, function(pool)
  for _, scored in ipairs(pool:map(score, {"error error", "warning", "all is well"})) do
    print("score", scored.score, scored.line)
  end

  -- A global that the initializer set.
  print("level", pool:apply(function(name) return level_of[name] end, {"error"}))

  -- What a task raises is raised by get(), with the worker's traceback.
  local ok, failure = pcall(pool.apply, pool, function(text)
    return tonumber(text) + 1
  end, {"ten"})
  print("error", ok, failure.message:match("attempt.*"):match("^[%a ]+value"))

  -- What cannot cross to another Lua state is refused at once.
  ok, failure = pcall(pool.apply, pool, score, {{file = io.tmpfile()}})
  print("refused", failure.message)

  -- A chain: each step is a task.
  local total = pool:map_async(score, {"error", "warning"}):and_then(function(scored)
    return scored[1].score + scored[2].score
  end):or_else(function()
    return 0
  end)
  print("chain", total:get())

  -- A task that would never end.
  local runaway = pool:apply_async(function()
    while true do end
  end)
  pcall(runaway.get, runaway, 0.05)
  runaway:cancel()
  ok, failure = pcall(runaway.get, runaway)
  print("stopped", ok, failure.kind)
end)
