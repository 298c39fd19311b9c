# frozen_string_literal: true

# What becomes of a task: a result to wait for, time out on, cancel, or be called
# back by.  The class is also the namespace of everything else:
#
#   cos = AsyncResult.c_function("libm.so.6", "double cos(double)")
#   AsyncResult::Pool.open(4) do |pool|
#     result = pool.apply_async(cos, 0.5)
#     result.get(timeout: 1.5)
#   end
class AsyncResult
end

require "asyncresult/native"
require "asyncresult/codes"
require "asyncresult/error"
require "asyncresult/support"
require "asyncresult/opaque"
require "asyncresult/library"
require "asyncresult/queue"
require "asyncresult/dispatcher"
require "asyncresult/fibers"
require "asyncresult/result"
require "asyncresult/input"
require "asyncresult/iterator"
require "asyncresult/strand"
require "asyncresult/code"
require "asyncresult/options"
require "asyncresult/workers"
require "asyncresult/core"
require "asyncresult/submits"
require "asyncresult/pool"
require "asyncresult/combine"
require "asyncresult/promise"
