--- Workers, and the tasks that wait for them.

local native = require "asyncresult.native"
local Error = require "asyncresult.error"
local Function = require "asyncresult.function"
local Iterator = require "asyncresult.iterator"
local Result = require "asyncresult.result"
local Strand = require "asyncresult.strand"
local options = require "asyncresult.options"
local submit = require "asyncresult.submit"

local pool_apply_async = native.pool_apply_async
local handle_of = Function.handle_of
local new_result = Result.new

local Pool = {}
Pool.__index = Pool
Pool.__name = "asyncresult.Pool"
-- How a pool crosses to another Lua state: its field `crossing` is given to Pool.adopt.
Pool.__adopt = "asyncresult.pool"

-- The pools of this Lua state by the addresses of their handles: one that comes back
-- from a task is the same one.
local known = setmetatable({}, {__mode = "v"})
-- And their handles: Lua 5.1 may keep a table as weak value whose handle is about to be
-- finalised, but no such userdata.
local handles = setmetatable({}, {__mode = "v"})

local full_policies = {
  block = native.FULL_BLOCK,
  fail = native.FULL_FAIL,
  caller_runs = native.FULL_CALLER_RUNS,
}

local helpers = {
  workers = native.HELP_WORKERS,
  all = native.HELP_ALL,
}

-- ---- making a pool ----

-- A setter of the ABI takes the builder and the value alone.
local function plain(set)
  return function(builder, value)
    set(builder, value)
  end
end

-- A list of `first` and what is in the list `others`.
local function with_first(first, others)
  local list = {first, n = 1}
  if others ~= nil and type(others) ~= "table" then
    Error.raise("Type", "initargs: expected a list, found %s", type(others))
  end
  for index = 1, others and (others.n or #others) or 0 do
    list[index + 1], list.n = others[index], index + 1
  end
  return list
end

-- How each option of a pool is set in its builder.
local pool_setters = {
  workers = plain(native.pool_options_set_workers),
  max_tasks_per_worker = plain(native.pool_options_set_max_tasks_per_worker),
  spare_workers = plain(native.pool_options_set_spare_workers),
  helping = function(builder, name)
    native.pool_options_set_helping(builder, options.choose("helping", name, helpers))
  end,
  name = function(builder, name)
    if type(name) ~= "string" then
      Error.raise("Argument", "name: expected a string, found %s", type(name))
    end
    native.pool_options_set_name(builder, name)
  end,
  initializer = function(builder, f, given, states)
    if type(f) == "function" or type(f) == "string" then
      local list = with_first(f, given.initargs)
      native.pool_options_set_initializer(builder, native.new_initializer(states, list),
        nil)
    else
      native.pool_options_set_initializer(builder, handle_of(nil, f), given.initargs)
    end
  end,
  initargs = function(_, _, given)
    if given.initializer == nil then
      Error.raise("Argument", "initargs: expected an initializer beside it, found none")
    end
  end,
  -- These two are the Lua states'.
  memory_limit = function() end,
  stoppable = function() end,
  queue_limit = function(builder, limit, given)
    local policy = options.choose("when_full", given.when_full or "block", full_policies)
    native.pool_options_set_queue_limit(builder, limit, policy)
  end,
  when_full = function(_, _, given)
    if given.queue_limit == nil then
      Error.raise("Argument", "when_full: expected a queue_limit beside it, found none")
    end
  end,
  on_unread_error = function(builder, f)
    options.check_callable("on_unread_error", f)
    native.set_unread_error_hook(builder, function(failure)
      pcall(f, failure)
    end)
  end,
}

-- The option `stoppable` is true, or the number of instructions between two looks.
local function stop_count(given)
  local stoppable = given.stoppable
  if stoppable == true then
    return 1000
  end
  if stoppable and (type(stoppable) ~= "number" or stoppable < 1
      or stoppable % 1 ~= 0 or stoppable > 1e9) then
    Error.raise("Argument", "stoppable: expected true or a number of instructions, "
      .. "found %s", tostring(stoppable))
  end
  return stoppable or 0
end

local function memory_limit(given)
  local limit = given.memory_limit
  if limit ~= nil and (type(limit) ~= "number" or not (limit >= 1 and limit < 1e15)) then
    Error.raise("Argument", "memory_limit: expected a number of bytes, found %s",
      tostring(limit))
  end
  return limit or 0
end

local function new_states(given)
  local paths = type(package) == "table" and package or {}
  return native.new_states(paths.path, paths.cpath, memory_limit(given), stop_count(given))
end

-- A pool of this Lua state: the places 1 to 3 are where the C side looks for the handle
-- (unless a submit may have to wait), the Lua states of its workers, and the functions
-- that were submitted.
local function assemble(crossing)
  local pool = setmetatable({
    nil,
    crossing.states,
    setmetatable({}, {__mode = "k"}),
    handle = crossing.handle,
    crossing = crossing,
    helps = crossing.helps,
    may_block = crossing.may_block,
  }, Pool)
  local address = native.handle_address(crossing.handle)
  known[address], handles[address] = pool, crossing.handle
  return pool
end

local function build(given, queue, states)
  local builder = native.pool_options_new()
  native.pool_options_set_queue(builder, queue)
  for name, value in pairs(given) do
    pool_setters[name](builder, value, given, states)
  end
  local handle = native.pool_new(builder)
  native.free_pool_options(builder)
  return handle
end

function Pool.new(given)
  if type(given) == "number" then
    given = {workers = given}
  end
  options.check("Pool", given, pool_setters)
  given = given or {}
  local queue = native.queue_new(0)
  local states = new_states(given)
  local handle = build(given, queue, states)
  local pool = assemble({
    handle = handle,
    states = states,
    helps = given.helping == "all",
    may_block = given.queue_limit ~= nil and (given.when_full or "block") == "block",
  })
  pool.queue = queue
  pool.on_unread_error = given.on_unread_error
  if not pool.may_block then
    pool[1] = handle
  end
  return pool
end

--- The pool that came from another Lua state.  No callbacks run here: nobody drains them
-- once the task has ended.
function Pool.adopt(crossing)
  local address = native.handle_address(crossing.handle)
  local pool, handle = known[address], handles[address]
  return pool and handle == pool.handle and pool or assemble(crossing)
end

--- The pool that the options `given` name, or `default`, and the other options.
function Pool.option(given, default)
  if type(given) ~= "table" or given.pool == nil then
    return default, given
  end
  local rest = {}
  for name, value in pairs(given) do
    rest[name] = name ~= "pool" and value or nil
  end
  if getmetatable(given.pool) ~= Pool then
    Error.raise("Argument", "pool: expected a pool, found %s", type(given.pool))
  end
  return given.pool, rest
end

-- ---- submitting ----

-- What a function of Lua, or a C function, is given.
local crossings = {
  [pool_apply_async] = function(arguments) return native.cross_arguments(arguments) end,
  [native.pool_map_async] = function(items) return native.cross_items(items, false) end,
  [native.pool_starmap_async] = function(items) return native.cross_items(items, true) end,
}

local function submit_call(pool, call, f, arguments, given, setters)
  local handle, is_lua = handle_of(pool, f, call ~= pool_apply_async)
  if is_lua then
    arguments = crossings[call](arguments)
  end
  if given == nil and not pool.may_block then
    return new_result(call(pool.handle, handle, arguments, nil), pool)
  end
  return new_result(submit.run(pool, call, handle, arguments, given, setters), pool)
end

local function check_items(items)
  if items == nil then
    Error.raise("Type", "items: expected a list, found nil")
  end
end

--- The AsyncResult of f, called with the list `arguments` by a worker.
--
-- - `callback`: a function that is called with the value
-- - `error_callback`: a function that is called with the error
-- - `strand`: where the task has its turn
-- - `tag`: a number that `result:tag()` answers
Pool.apply_async = native.submitter(function(self, f, arguments, given)
  return submit_call(self, pool_apply_async, f, arguments, given, submit.apply)
end)

--- The value of f, called with the list `arguments` by a worker.
function Pool:apply(f, arguments, given)
  return self:apply_async(f, arguments, given):get()
end

--- The AsyncResult of the list of what f returns for each of `items`, a list or an array.
-- Options as for `apply_async`, and
--
-- - `chunksize`: how many items make a task
-- - `errors`: what an item's error does: `"first"` or `"lowest"` fail the map with the first
--   to arrive or the one of the lowest index, `"fail_fast"` also cancels what has not begun,
--   `"collect"` puts it in the item's place
function Pool:map_async(f, items, given)
  check_items(items)
  return submit_call(self, native.pool_map_async, f, items, given, submit.map)
end

--- The list of what f returned for each of `items`.
function Pool:map(f, items, given)
  return self:map_async(f, items, given):get()
end

--- As `map_async`, with each item a list of arguments.
function Pool:starmap_async(f, items, given)
  check_items(items)
  return submit_call(self, native.pool_starmap_async, f, items, given, submit.map)
end

--- As `map`, with each item a list of arguments.
function Pool:starmap(f, items, given)
  return self:starmap_async(f, items, given):get()
end

--- An Iterator over what f returns for each of `items`, a list, an array or a function that
-- answers the next item, and nil at the end.
--
-- - `chunksize`: how many items make a task
-- - `buffersize`: how many items may have been read whose values were not taken
-- - `strand`, `tag`: as for `apply_async`
function Pool:imap(f, items, given)
  return Iterator.new(self, f, items, given, native.ORDER_INPUT)
end

--- As `imap`, with the values in the order of their arrival.
function Pool:imap_unordered(f, items, given)
  return Iterator.new(self, f, items, given, native.ORDER_ARRIVAL)
end

--- A strand, for the option `strand`: its tasks run one at a time, in the order of their
-- submits; with the option `pinned = true` all on one thread.
function Pool:strand(given)
  return Strand.new(self, given)
end

-- ---- callbacks ----

--- Run the callbacks that are due, after waiting `timeout` seconds (0 by default) for the
-- first; how many ran.
function Pool:poll(timeout)
  local deadline = native.deadline(timeout or 0)
  local count
  if not self.queue then
    return 0
  end
  repeat
    count = native.queue_run(self.queue, deadline)
  until count
  return count
end

--- A file descriptor that polls readable while callbacks are due: then call `poll()`.
function Pool:descriptor()
  if not self.queue then
    Error.raise("Unsupported", "descriptor: expected a pool of this Lua state, found one "
      .. "that came to a task")
  end
  return native.queue_get_descriptor(self.queue)
end

-- What a done-callback raised: nobody waits for it.
function Pool:report(failure)
  if self.on_unread_error then
    pcall(self.on_unread_error, failure)
  end
end

-- ---- the end of a pool ----

--- Take no new work; accepted work completes.
function Pool:close()
  native.pool_close(self.handle)
end

--- End the pool: what has not begun never runs, and every result that is not ready gets
-- Terminated.
function Pool:terminate()
  native.pool_terminate(self.handle)
end

--- Wait until the workers of a closed or terminated pool have ended, and run what callbacks
-- are left; Timeout when the time passes first.
function Pool:join(timeout)
  local deadline = timeout ~= nil and native.deadline(timeout) or nil
  local done
  repeat
    done = native.pool_join(self.handle, self.queue, deadline)
  until done
  native.end_states(self.crossing.states)
  self:poll()
end

--- The number of workers that the pool was made with.
function Pool:workers()
  return native.pool_get_worker_count(self.handle)
end

function Pool:__close()
  self:terminate()
  self:join()
end

local states = {
  [native.POOL_OPEN] = "open",
  [native.POOL_CLOSED] = "closed",
  [native.POOL_TERMINATED] = "terminated",
  [native.POOL_BROKEN] = "broken",
}

function Pool:__tostring()
  local state = states[native.pool_get_state(self.handle)] or "unknown"
  return ("AsyncResult.Pool<%s, %d workers>"):format(state, self:workers())
end

return Pool
