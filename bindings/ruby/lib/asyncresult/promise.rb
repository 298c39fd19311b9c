# frozen_string_literal: true

class AsyncResult
  # A result that is completed by hand, once:
  #
  #   promise = pool.promise
  #   Thread.new { promise.set(compute) }
  #   promise.result.get
  #
  # One that is dropped uncompleted gives its result a CancelledError.
  class Promise
    # @return [AsyncResult] what #set and #fail complete
    attr_reader :result

    # @api private
    def initialize(core, callback, error_callback)
      core.with_callbacks(nil, callback, error_callback) do |options|
        @handle, @result = Native.promise_new(core.handle, options, core)
      end
    end

    # Complete it with a value, which any object can be.
    #
    # @return [self]
    # @raise [StateError] when it was completed before, or its result was cancelled
    def set(value)
      Native.promise_set_value(@handle, value)
      self
    end

    # Complete it with an exception, which `get` raises.
    #
    # @param exception [Exception]
    # @return [self]
    # @raise [StateError] when it was completed before, or its result was cancelled
    def fail(exception)
      unless exception.is_a?(::Exception)
        raise ArgumentError, "fail: expected an Exception, found #{exception.inspect}"
      end

      Native.promise_set_error(@handle, exception)
      self
    end

    # @return [Boolean] whether somebody cancelled the result
    def cancelled?
      Native.promise_is_cancelled(@handle)
    end
  end

  class Pool
    # Make a promise, whose result belongs to the pool: its callbacks run with those of the
    # pool, and #terminate ends it.
    #
    # @param callback [#call, nil] called with the value, before the result is ready
    # @param error_callback [#call, nil] called with the error, before the result is ready
    # @return [Promise]
    def promise(callback: nil, error_callback: nil)
      Promise.new(@core, callback, error_callback)
    end
  end
end
