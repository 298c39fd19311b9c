--- Several results: waits for them, and results made of them.

local native = require "asyncresult.native"
local Error = require "asyncresult.error"
local Pool = require "asyncresult.pool"
local Result = require "asyncresult.result"
local submit = require "asyncresult.submit"

local deadline_of = native.deadline
local own_result = native.own_result
local pool_of = native.result_pool

local combine = {}

-- The pools of the results, each once.
local function pools_of(results)
  local pools, seen = {}, {}
  for index, result in ipairs(results) do
    if getmetatable(result) ~= Result then
      Error.raise("Argument", "results[%d]: expected an AsyncResult, found %s", index,
        type(result))
    end
    local pool = pool_of(result)
    if not seen[pool] then
      seen[pool] = true
      pools[#pools + 1] = pool
    end
  end
  return pools
end

-- A wait drains the queues that this thread owns.
local function own_queues(pools)
  for _, pool in ipairs(pools) do
    if pool.queue then
      native.queue_own(pool.queue)
    end
  end
end

local function check_list(results)
  if type(results) ~= "table" then
    Error.raise("Type", "results: expected a list, found %s", type(results))
  end
end

local function wait(call, results, timeout)
  check_list(results)
  local deadline = timeout ~= nil and deadline_of(timeout) or nil
  own_queues(pools_of(results))
  local answer
  repeat
    answer = call(results, deadline)
  until answer ~= false
  return answer
end

--- The first of the results that is ready, with a value or an error, and its place in the
-- list; Timeout when `timeout` seconds passed first.
function combine.wait_any(results, timeout)
  local index = wait(native.wait_any, results, timeout)
  if not index then
    Error.raise("Timeout", "wait_any: expected one of %d results in %g s, found none",
      #results, timeout)
  end
  return results[index], index
end

--- Whether all of the results are ready, after at most `timeout` seconds; raises no
-- error of theirs.
function combine.wait_all(results, timeout)
  return wait(native.wait_all, results, timeout) == true
end

-- ---- as completed ----

-- Sleep until a result is ready or a callback due: in a task through wait_any(), which
-- helps and has a spare worker stand in.
local function await_change(state)
  if native.in_task() then
    return native.wait_any(state.pending, state.deadline)
  end
  local changed = native.poll(state.descriptors, state.deadline)
  for _, pool in ipairs(state.pools) do
    pool:poll()
  end
  return changed
end

local function take_pending(state, result)
  for index, each in ipairs(state.pending) do
    if each == result then
      return table.remove(state.pending, index)
    end
  end
end

local function next_completed(state)
  while state.left > 0 do
    local index = native.next_completed(state.queue)
    if index then
      state.left = state.left - 1
      local result = state.results[index]
      if native.in_task() then
        take_pending(state, result)
      end
      return result, index
    end
    if await_change(state) == nil then
      Error.raise("Timeout", "as_completed: %d of %d results are not ready in time",
        state.left, #state.results)
    end
  end
end

--- What a generic for takes: each of the results and its place, in the order in which
-- they become ready.  Timeout when `timeout` seconds have passed since this call.
function combine.as_completed(results, timeout)
  check_list(results)
  local pools, copy = pools_of(results), {}
  for index, result in ipairs(results) do
    copy[index] = result
  end
  own_queues(pools)
  local queue = native.as_completed(copy)
  local descriptors = {native.queue_get_descriptor(queue)}
  for _, pool in ipairs(pools) do
    descriptors[#descriptors + 1] = pool.queue and pool:descriptor()
  end
  return next_completed, {
    results = copy,
    pending = native.in_task() and {(table.unpack or unpack)(copy)} or nil,
    left = #copy,
    pools = pools,
    queue = queue,
    descriptors = descriptors,
    deadline = timeout ~= nil and deadline_of(timeout) or nil,
  }
end

-- ---- results made of results ----

local function combination(name, call)
  return function(results, given)
    check_list(results)
    local pool, rest = Pool.option(given, pools_of(results)[1])
    if not pool then
      Error.raise("Argument", "%s: expected the option pool for no results, found none",
        name)
    end
    return own_result(submit.plain(pool, rest, submit.combination, function(builder)
      return call(results, pool.handle, builder)
    end), pool)
  end
end

--- all(results, options): a result of the list of their values.  Options: `pool` (by
-- default that of the first), `callback`, `error_callback`, `tag`, and `errors` as for
-- `map_async`.
combine.all = combination("all", native.result_all)

--- any(results, options): a result of the first value; when all fail, its error's `value`
-- is the list of their errors.  Options: `pool`, `callback`, `error_callback`, `tag`.
combine.any = combination("any", native.result_any)

return combine
