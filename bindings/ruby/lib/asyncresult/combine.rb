# frozen_string_literal: true

# Results made of results, and waits for several.
class AsyncResult
  class << self
    # Wait until one of the results is ready, with a value or an error.
    #
    # @param results [Array<AsyncResult>] at least one, of any pools
    # @param timeout [Numeric, nil] seconds; nil waits without limit
    # @return [AsyncResult] the first that is ready
    # @raise [TimeoutError] when the time passes first
    def wait_any(*results, timeout: nil)
      results = Group.check(results)
      raise ArgumentError, "wait_any: expected results, found none" if results.empty?

      left = Group.attend(results, timeout) { results.any?(&:ready?) }
      results[Support.aside { Native.results_wait_any(results, left) }]
    end

    # Wait until all of the results are ready, with values or errors.
    #
    # @param results [Array<AsyncResult>] of any pools
    # @param timeout [Numeric, nil] seconds; nil waits without limit
    # @return [Boolean] false when the time passes first
    def wait_all(*results, timeout: nil)
      results = Group.check(results)
      left = Group.attend(results, timeout) { results.all?(&:ready?) }
      Support.aside { Native.results_wait_all(results, left) }
    end

    # The results, each once, in the order in which they become ready.
    #
    # @param results [Array<AsyncResult>] of any pools
    # @param timeout [Numeric, nil] seconds for all of them together
    # @yieldparam result [AsyncResult]
    # @return [Enumerator] without a block
    # @raise [TimeoutError] when the time passes first
    def as_completed(*results, timeout: nil)
      results = Group.check(results)
      return to_enum(:as_completed, results, timeout: timeout) { results.size } unless block_given?

      deadline = Support.deadline(timeout)
      queue = Group.completions(results)
      results.size.times { yield results[queue.next_place(deadline)] }
      nil
    end

    # A result of the values of several: an Array, in the order of the results.
    #
    # @param results [Array<AsyncResult>] of any pools
    # @param pool [Pool, nil] where callbacks run; by default that of the first result
    # @param errors [:first, :lowest, :fail_fast, :collect, nil] what an error does, as for
    #   Pool#map_async; nothing is cancelled
    # @param callback [#call, nil] called with the value
    # @param error_callback [#call, nil] called with the error
    # @return [AsyncResult]
    def all(*results, pool: nil, errors: nil, callback: nil, error_callback: nil)
      results = Group.check(results)
      core = Group.core(results, pool)
      core.with_callbacks(Options.for_task(nil, nil, errors), callback, error_callback) do |options|
        Native.results_all(results, core.handle, options, core)
      end
    end

    # A result of the first value of several.  When all have failed it fails with a TaskError
    # whose value is the Array of their errors.
    #
    # @param (see .all)
    # @return [AsyncResult]
    def any(*results, pool: nil, callback: nil, error_callback: nil)
      results = Group.check(results)
      core = Group.core(results, pool)
      core.with_callbacks(nil, callback, error_callback) do |options|
        Native.results_any(results, core.handle, options, core)
      end
    end
  end

  # Call a function with the value, once it is there; an error goes through.
  #
  #   pool.apply_async(url) { |from| download(from) }.then { |text| parse(text) }
  #
  # @param function [#call, CFunction, nil] what is called; without it, the block is
  # @param callback [#call, nil] called with the value of the new result
  # @param error_callback [#call, nil] called with its error
  # @return [AsyncResult] of what the function returns
  def then(function = nil, callback: nil, error_callback: nil, &block)
    chain(:result_then, function, callback, error_callback, block)
  end

  # Call a function with the exception, once the task has failed; a value goes through.
  #
  # @param (see #then)
  # @return [AsyncResult] of what the function returns
  def rescue(function = nil, callback: nil, error_callback: nil, &block)
    chain(:result_rescue, function, callback, error_callback, block)
  end

  private

  def chain(call, function, callback, error_callback, block)
    raise ArgumentError, "expected a function or a block, found both" if function && block

    native = Native.function_new(continuation(function || block))
    workers = @callbacks.code_workers
    workers.wake
    @callbacks.with_callbacks(nil, callback, error_callback) do |options|
      Native.public_send(call, @handle, workers.handle, native, options, @callbacks)
    end
  end

  # A C function is given values as any caller's.
  def continuation(function)
    return Code.check(function || Code::NOTHING) unless function.is_a?(CFunction)

    core = @callbacks
    lambda do |value|
      Native.submit(Native::APPLY, core.handle, function.handle, [value],
                    Native.task_options_new, core).get
    end
  end

  # Several results.
  module Group # :nodoc: all
    # The events of results that become ready.
    Completions = Struct.new(:handle) do
      include Events

      # The place of the next one.
      def next_place(deadline)
        event = next_event(Support.time_until(deadline))
        raise TimeoutError, "no further result was ready in the time given" unless event

        place = Native.event_tag(event)
        Native.event_finish(event, nil)
        place
      end
    end

    module_function

    def check(results)
      results = results.flatten
      wrong = results.find { |result| !result.is_a?(AsyncResult) }
      raise ArgumentError, "expected AsyncResults, found #{wrong.inspect}" if wrong

      results
    end

    def core(results, pool)
      found = pool ? pool.core : results.first&.core
      found || raise(ArgumentError, "expected results or a pool, found neither")
    end

    def completions(results)
      Completions.new(Native.results_as_completed(results))
    end

    # Run the callbacks in a queue that this thread owns until the block says true; what is
    # left of the timeout.
    def attend(results, timeout, &is_over)
      queue = results.map { |result| result.core.queue }.find(&:drains_here?)
      return timeout if queue.nil? || is_over.call

      deadline = Support.deadline(timeout)
      results.each { |result| queue.notify(result, ->(_) {}) }
      queue.run_until(deadline, &is_over)
      Support.time_until(deadline)
    end
  end
  private_constant :Group
end
