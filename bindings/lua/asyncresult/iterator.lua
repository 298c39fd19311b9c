--- A lazy map, whose values are handed out one by one, also by
-- `for value in iterator do`.

local native = require "asyncresult.native"
local Error = require "asyncresult.error"
local Function = require "asyncresult.function"
local options = require "asyncresult.options"
local submit = require "asyncresult.submit"

local iterator_next = native.iterator_next
local deadline_of = native.deadline

local Iterator = {}
Iterator.__index = Iterator
Iterator.__name = "asyncresult.Iterator"

-- ---- making one ----

-- A function that reads `input`, and one that makes it read the same items again: a
-- start that a signal ends drops what it has read.
local function rereadable(input)
  local kept, position = {}, 0
  local function read()
    position = position + 1
    local outcome = kept[position] or {pcall(input)}
    kept[position] = outcome
    if not outcome[1] then
      error(outcome[2], 0)
    end
    return outcome[2]
  end
  return read, function() position = 0 end
end

-- The call that begins an iteration, and what it is given as the items.
local function beginning(pool, items, is_input)
  if not is_input then
    return native.pool_imap, items
  end
  if not pool.may_block then
    return native.imap_input, items
  end
  local read, rewind = rereadable(items)
  return function(...)
    rewind()
    return native.imap_input(...)
  end, read
end

-- The items as a function of Lua takes them.
local function crossing(items, is_input)
  if not is_input then
    return native.cross_items(items, false)
  end
  return function()
    local item = items()
    if item ~= nil then
      return native.cross_item(item)
    end
  end
end

local function check_items(items, is_input)
  local found = type(items)
  if not is_input and found ~= "table" and found ~= "userdata" then
    Error.raise("Type", "items: expected a list, an array or a function, found %s", found)
  end
end

--- A lazy map over a list, an array, or what a function answers until nil.  Answers what
-- a generic for takes: the iterator, and once more as the value to be closed.
function Iterator.new(pool, f, items, given, order)
  local is_input = options.is_callable(items)
  check_items(items, is_input)
  local handle_of_f, is_lua = Function.handle_of(pool, f, true)
  if is_lua then
    items = crossing(items, is_input)
  end
  local begin, input = beginning(pool, items, is_input)
  local function begin_in_order(to, callee, read, builder)
    native.task_options_set_order(builder, order)
    return begin(to, callee, read, builder)
  end
  local handle = submit.run(pool, begin_in_order, handle_of_f, input, given,
    submit.imap)
  local iterator = setmetatable({
    handle = handle,
    pool = pool,
    input = is_input and items or nil,
  }, Iterator)
  return iterator, nil, nil, iterator
end

-- ---- values ----

local function take(iterator, timeout)
  local deadline = timeout ~= nil and deadline_of(timeout) or nil
  local handle, queue = iterator.handle, iterator.pool.queue
  local done, value = false, nil
  while handle and done == false do
    done, value = iterator_next(handle, queue, iterator.input, deadline)
    handle = iterator.handle
  end
  if not done then
    iterator:close()
  end
  return value
end

-- What an event loop waits for is asked for again once it has come.
local function watch_again(iterator, ok, value)
  if iterator.handle and native.queue_run(iterator.events, 0) ~= 0 then
    native.iterator_notify(iterator.handle, iterator.events, 0)
  end
  if not ok then
    error(value, 0)
  end
  return value
end

--- The next value, or nil at the end, for ever; `asyncresult.null` for a nil.  The error of
-- an item is raised at its place, and the next call goes on behind it.  Timeout when the time
-- passes first; nothing is lost then.
function Iterator:next(timeout)
  if self.events then
    return watch_again(self, pcall(take, self, timeout))
  end
  return take(self, timeout)
end

-- for value in iterator do ... end
function Iterator:__call()
  return self:next()
end

--- A file descriptor that polls readable while `next` would not wait: then call `next(0)`.
function Iterator:descriptor()
  if not self.handle then
    Error.raise("State", "descriptor: expected an iterator that goes on, found one that "
      .. "has ended")
  end
  if not self.events then
    local events = native.queue_new(0)
    native.iterator_notify(self.handle, events, 0)
    self.events = events
  end
  return native.queue_get_descriptor(self.events)
end

-- ---- the end ----

--- Read no more of the input and cancel what has not begun: `next` raises Cancelled at its
-- place.  The values of what runs still come.
function Iterator:cancel()
  if self.handle then
    native.iterator_cancel(self.handle)
  end
end

--- Cancel it and drop what it has: the end comes next.
function Iterator:close()
  local handle = self.handle
  if handle then
    self.handle, self.input = nil, nil
    native.free_iterator(handle)
  end
end

Iterator.__close = Iterator.close

function Iterator:__tostring()
  return ("AsyncResult.Iterator<%s>"):format(self.handle and "open" or "ended")
end

return Iterator
