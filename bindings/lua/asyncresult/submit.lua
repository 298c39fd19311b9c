--- Submitting to a pool: the options of a call, and the wait for a place.

local native = require "asyncresult.native"
local Error = require "asyncresult.error"
local Strand = require "asyncresult.strand"
local options = require "asyncresult.options"

local submit = {}

local error_policies = {
  first = native.ERRORS_FIRST,
  lowest = native.ERRORS_LOWEST,
  collect = native.ERRORS_COLLECT,
  fail_fast = native.ERRORS_FAIL_FAST,
}

local function set_strand(builder, strand)
  native.task_options_set_strand(builder, Strand.handle_of(strand))
end

local function set_errors(builder, name)
  native.task_options_set_error_policy(builder,
    options.choose("errors", name, error_policies))
end

-- A Lua function, set by a call of the glue.
local function function_setter(name, set)
  return function(builder, f)
    options.check_callable(name, f)
    set(builder, f)
  end
end

local set_callback = function_setter("callback", native.set_callback)
local set_error_callback = function_setter("error_callback", native.set_error_callback)

-- How each option of a submit is set in its builder, for each kind of submit.

submit.apply = {
  callback = set_callback,
  error_callback = set_error_callback,
  strand = set_strand,
  tag = native.task_options_set_tag,
}

submit.map = {
  callback = set_callback,
  error_callback = set_error_callback,
  strand = set_strand,
  tag = native.task_options_set_tag,
  chunksize = native.task_options_set_chunk_size,
  errors = set_errors,
}

-- A task that is called with the outcome of a result.
submit.chain = {
  callback = set_callback,
  error_callback = set_error_callback,
  strand = set_strand,
  tag = native.task_options_set_tag,
}

-- A result that is made of others.
submit.combination = {
  callback = set_callback,
  error_callback = set_error_callback,
  tag = native.task_options_set_tag,
  errors = set_errors,
}

submit.promise = {
  callback = set_callback,
  error_callback = set_error_callback,
  tag = native.task_options_set_tag,
}

submit.imap = {
  strand = set_strand,
  tag = native.task_options_set_tag,
  chunksize = native.task_options_set_chunk_size,
  buffersize = native.task_options_set_buffer_size,
}

--- The builder of the options `given`, set by `setters`.
local function build(given, setters)
  local builder = native.task_options_new()
  for name, value in pairs(given or {}) do
    setters[name](builder, value)
  end
  return builder
end

-- A submit may wait for a place, and a signal ends that: Lua's own hook runs here,
-- before it is tried again.
local function call_again(call, ...)
  local ok, handle = pcall(call, ...)
  while not ok and Error.is(handle) and handle.code == native.E_INTERRUPTED do
    ok, handle = pcall(call, ...)
  end
  if not ok then
    error(handle, 0)
  end
  return handle
end

-- A task's Lua state drains no queue once the task has ended.
local function check_callbacks(pool, given)
  if given and not pool.queue and (given.callback or given.error_callback) then
    Error.raise("Unsupported", "callback: expected none in a task, whose Lua state runs "
      .. "no callbacks after it (see and_then)")
  end
end

--- The handle that `call` answers for a function, its arguments and the options
-- `given`, set by `setters`.
function submit.run(pool, call, f, arguments, given, setters)
  options.check("options", given, setters)
  check_callbacks(pool, given)
  local builder = build(given, setters)
  local handle
  if pool.may_block then
    native.set_interrupt(builder)
    handle = call_again(call, pool.handle, f, arguments, builder)
  else
    handle = call(pool.handle, f, arguments, builder)
  end
  native.free_task_options(builder)
  return handle
end

--- What `call` answers for `...` and the options `given`, which never waits.
function submit.plain(pool, given, setters, call, ...)
  options.check("options", given, setters)
  check_callbacks(pool, given)
  local builder = build(given, setters)
  local first, second = call(builder, ...)
  native.free_task_options(builder)
  return first, second
end

return submit
