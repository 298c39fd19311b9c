# frozen_string_literal: true

# The result itself.
class AsyncResult
  STATES = { -1 => :forked, 0 => :pending, 1 => :running, 2 => :ready }.freeze
  OUTCOMES = { 0 => :too_late, 1 => :dequeued, 2 => :asked, 3 => :killed }.freeze
  private_constant :STATES, :OUTCOMES
  private_class_method :new
  Native.set_result_class(self)

  # @api private
  attr_reader :handle

  # @api private
  def core
    @callbacks
  end

  # The value, once it is there, or the task's own error raised: the exception itself, if
  # it was Ruby code.
  #
  # @param timeout [Numeric, nil] seconds; nil waits without limit, 0 or less polls
  # @return [Object]
  # @raise [TimeoutError] when the time passes first
  def get(timeout: nil)
    timeout = attend(timeout) unless Native.result_is_ready(@handle)
    Native.result_get(@handle, timeout)
  end

  # Whether the result is ready in time.
  #
  # @param timeout [Numeric, nil] as for #get
  # @return [Boolean]
  def wait(timeout: nil)
    timeout = attend(timeout) unless Native.result_is_ready(@handle)
    Native.result_wait(@handle, timeout)
  end

  # The exception that #get would raise for the task, or nil when that went well.
  #
  # @param timeout [Numeric, nil] as for #get
  # @return [Exception, nil]
  # @raise [TimeoutError] when the time passes first
  def error(timeout: nil)
    Native.result_error(@handle) if wait(timeout: timeout) || get(timeout: 0)
  end

  # Whether there is a value or an error.  Never blocks.
  #
  # @return [Boolean]
  def ready?
    Native.result_is_ready(@handle)
  end

  # Whether the task completed without an error.
  #
  # @return [Boolean]
  # @raise [NotReadyError] before it is ready
  def successful?
    Native.result_is_successful(@handle)
  end

  # @return [Symbol] :pending, :running or :ready; :forked for one of the parent process
  def state
    STATES.fetch(Native.result_get_state(@handle))
  end

  # Ask for the task not to run, or to stop.
  #
  # @return [Symbol] what that did: :dequeued (it never runs), :asked (it runs, and sees
  #   that it was asked to stop, by AsyncResult.cancelled?) or :too_late
  def cancel
    OUTCOMES.fetch(Native.result_cancel(@handle))
  end

  # Have the block called with the result once it is ready: at once if it is,
  # otherwise where the pool's callbacks run.
  #
  # @yieldparam result [AsyncResult]
  # @return [self]
  def add_done_callback(&block)
    raise ArgumentError, "add_done_callback: expected a block, found none" unless block

    if ready?
      Support.call_safely(block, self)
    else
      @callbacks.queue.notify(self, block)
      @callbacks.wake
    end
    self
  end

  # @return [String]
  def inspect
    "#<AsyncResult #{ready? ? inspect_outcome : state}>"
  end

  private

  # What others on this thread do while it waits: callbacks in the queue that it owns,
  # other fibers of its scheduler.  What is left of the timeout.
  def attend(timeout)
    if @callbacks.queue.drains_here?
      drain(timeout)
    elsif (scheduler = ::Fiber.current_scheduler)
      let_fibers_run(scheduler, timeout)
    else
      timeout
    end
  end

  # Run the callbacks in the queue, if this thread owns it, until the result is ready or
  # the time is over.
  def drain(timeout)
    queue = @callbacks.queue
    deadline = Support.deadline(timeout)
    queue.notify(self, ->(_) {})
    queue.run_until(deadline) { ready? }
    Support.time_until(deadline)
  rescue StateError
    timeout # It was closed, so there is nothing to run.
  end

  def let_fibers_run(scheduler, timeout)
    deadline = Support.deadline(timeout)
    return timeout if deadline && deadline <= Support.now

    @notice ||= Fibers::Notice.new
    @notice.wait(scheduler, deadline) { |notice| Fibers.notify(self, notice) }
    Support.time_until(deadline)
  end

  def inspect_outcome
    failure = error(timeout: 0)
    failure ? "failed, #{text_of(failure)}" : "ready, #{get(timeout: 0).inspect}"
  end

  def text_of(failure)
    kind = failure.is_a?(Failure) ? failure.kind : failure.class
    "#{kind}: #{failure.message}"
  end
end
