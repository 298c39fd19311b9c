-- Callbacks in an event loop: the pool's descriptor says when some are due.
--
-- The loop here is made of poll(2), called in a pool of its own; with an event loop of
-- your own, have it watch pool:descriptor() for reading and call pool:poll() then.

local asyncresult = require "asyncresult"

local sleep = asyncresult.cfunction("libc.so.6", "int usleep(unsigned int)")
local poll = asyncresult.cfunction("libc.so.6", "int poll(void *, unsigned long, int)")
local POLLIN, MILLISECONDS = 1, 1000

local pool, waiter = asyncresult.Pool(2), asyncresult.Pool(1)
local pending = 3
for number = 1, pending do
  pool:apply_async(sleep, {number * 20000}, {callback = function()
    pending = pending - 1
    print("slept", number)
  end})
end

local entry = asyncresult.array("int32", {pool:descriptor(), POLLIN})
while pending > 0 do
  waiter:apply(poll, {entry, 1, MILLISECONDS})
  pool:poll()
end

pool:close()
pool:join()
