--- Pool: workers, and the tasks that wait for them.

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
  initializer = function(builder, f, given)
    native.pool_options_set_initializer(builder, handle_of(f), given.initargs)
  end,
  initargs = function(_, _, given)
    if given.initializer == nil then
      Error.raise("Argument", "initargs: expected an initializer beside it, found none")
    end
  end,
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

local function build(given, queue)
  local builder = native.pool_options_new()
  native.pool_options_set_queue(builder, queue)
  for name, value in pairs(given) do
    pool_setters[name](builder, value, given)
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
  local handle = build(given, queue)
  local may_block = given.queue_limit ~= nil and (given.when_full or "block") == "block"
  return setmetatable({
    not may_block and handle or nil, -- where apply_async looks for it
    handle = handle,
    queue = queue,
    on_unread_error = given.on_unread_error,
    helps = given.helping == "all",
    may_block = may_block,
  }, Pool)
end

-- ---- submitting ----

local function submit_call(pool, call, f, arguments, given, setters)
  local handle = handle_of(f)
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

--- Have f called with the list `arguments`.  Options: callback, error_callback,
-- strand, tag.
Pool.apply_async = native.submitter(function(self, f, arguments, given)
  return submit_call(self, pool_apply_async, f, arguments, given, submit.apply)
end)

--- The value of f, called with the list `arguments`.
function Pool:apply(f, arguments, given)
  return self:apply_async(f, arguments, given):get()
end

--- Have f called with each of `items`, a list or an array.  Options as for
-- apply_async, and chunksize and errors ("first", "lowest", "collect", "fail_fast").
function Pool:map_async(f, items, given)
  check_items(items)
  return submit_call(self, native.pool_map_async, f, items, given, submit.map)
end

--- The list of what f returned for each of `items`.
function Pool:map(f, items, given)
  return self:map_async(f, items, given):get()
end

--- Like map_async, with each item a list of arguments.
function Pool:starmap_async(f, items, given)
  check_items(items)
  return submit_call(self, native.pool_starmap_async, f, items, given, submit.map)
end

--- Like map, with each item a list of arguments.
function Pool:starmap(f, items, given)
  return self:starmap_async(f, items, given):get()
end

--- A lazy map: an iterator over what f returns for each of `items`, a list, an array or
-- a function that answers the next item, and nil at the end.  Options: chunksize,
-- buffersize, strand, tag.
function Pool:imap(f, items, given)
  return Iterator.new(self, handle_of(f), items, given, native.ORDER_INPUT)
end

--- Like imap, with the values in the order of arrival.
function Pool:imap_unordered(f, items, given)
  return Iterator.new(self, handle_of(f), items, given, native.ORDER_ARRIVAL)
end

--- A strand, for the option `strand`: its tasks run one at a time, in order; with
-- {pinned = true} always on the same thread.
function Pool:strand(given)
  return Strand.new(self, given)
end

-- ---- callbacks ----

--- Run the callbacks that are due, after waiting `timeout` seconds (0 by default)
-- for the first; how many ran.
function Pool:poll(timeout)
  local deadline = native.deadline(timeout or 0)
  local count
  repeat
    count = native.queue_run(self.queue, deadline)
  until count
  return count
end

--- A file descriptor that polls readable while callbacks are due: then call poll().
function Pool:descriptor()
  return native.queue_get_descriptor(self.queue)
end

--- What a done-callback raised: nobody waits for it.
function Pool:report(failure)
  if self.on_unread_error then
    pcall(self.on_unread_error, failure)
  end
end

-- ---- the end of a pool ----

--- No new work; accepted work completes.
function Pool:close()
  native.pool_close(self.handle)
end

--- No more work: what has not begun never runs, and every unfinished result gets
-- Terminated.
function Pool:terminate()
  native.pool_terminate(self.handle)
end

--- Wait until the workers of a closed or terminated pool have ended, and run what
-- callbacks are left; Timeout when `timeout` seconds passed first.
function Pool:join(timeout)
  local deadline = timeout ~= nil and native.deadline(timeout) or nil
  local done
  repeat
    done = native.pool_join(self.handle, self.queue, deadline)
  until done
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
