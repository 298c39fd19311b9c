# frozen_string_literal: true

# The result itself.
class AsyncResult
  STATES = { -1 => :forked, 0 => :pending, 1 => :running, 2 => :ready }.freeze
  OUTCOMES = { 0 => :too_late, 1 => :dequeued, 2 => :asked, 3 => :killed }.freeze
  private_constant :STATES, :OUTCOMES
  private_class_method :new
  Native.set_result_class(self)

  attr_reader :handle # :nodoc:

  # The value, once it is there; raises the task's own error, or TimeoutError when
  # `timeout` seconds pass first (nil: never, 0 or less: at once).
  def get(timeout: nil)
    drain(timeout) unless Native.result_is_ready(@handle)
    Native.result_get(@handle, timeout)
  end

  # Whether the result is ready within `timeout` seconds.
  def wait(timeout: nil)
    drain(timeout) unless Native.result_is_ready(@handle)
    Native.result_wait(@handle, timeout)
  end

  # Never blocks.
  def ready?
    Native.result_is_ready(@handle)
  end

  # Whether the task completed without an error; NotReadyError before it is ready.
  def successful?
    Native.result_is_successful(@handle)
  end

  # :pending, :running or :ready; :forked for one of the parent process.
  def state
    STATES.fetch(Native.result_get_state(@handle))
  end

  # Ask for the task not to run, or to stop.  Says what that did: :dequeued (it never
  # runs), :asked (it runs, and sees that it was asked to stop) or :too_late.
  def cancel
    OUTCOMES.fetch(Native.result_cancel(@handle))
  end

  # Have the block called with the result once it is ready: at once if it is,
  # otherwise where the pool's callbacks run.
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

  def inspect
    "#<AsyncResult #{ready? ? inspect_outcome : state}>"
  end

  private

  # Run the callbacks in the queue, if this thread owns it, until the result is ready or
  # the time is over.
  def drain(timeout)
    queue = @callbacks.queue
    return unless queue.drains_here?

    deadline = Support.deadline(timeout)
    queue.notify(self, ->(_) {})
    queue.run_until(deadline) { ready? }
  rescue StateError
    nil # It was closed, so there is nothing to run.
  end

  def inspect_outcome
    successful? ? "ready, #{get(timeout: 0).inspect}" : "failed, #{error_text}"
  end

  def error_text
    get(timeout: 0)
  rescue Error => error
    "#{error.kind}: #{error.message}"
  end
end
