# frozen_string_literal: true

class AsyncResult
  # Taking events of the completion queue `handle`.
  module Events
    # For IO.select: readable while something waits here.  Not to be read or closed.
    #
    # @return [IO]
    def to_io
      @to_io ||= ::IO.for_fd(Native.queue_get_descriptor(handle), autoclose: false)
    end

    private

    # The next event, or nil when the time is over.  A fiber waits for the descriptor, so
    # that others run meanwhile.
    def next_event(timeout)
      scheduler = ::Fiber.current_scheduler
      return Native.queue_next(handle, timeout) unless scheduler

      event = Native.queue_next(handle, 0)
      return event if event || (timeout && timeout <= 0)

      scheduler.io_wait(to_io, ::IO::READABLE, Support.finite(timeout))
      Native.queue_next(handle, 0)
    end
  end
  private_constant :Events

  # A completion queue: callbacks of pools that were made with `queue: queue` wait in
  # it until the program runs them, in a thread of its choosing.
  #
  #   until results.all?(&:ready?)
  #     IO.select([queue])
  #     queue.run
  #   end
  class Queue
    Callbacks = Struct.new(:callback, :error_callback)
    Done = Struct.new(:object, :block)
    # What ends the program or the thread, and is no matter of one result.
    FATAL = [::SystemExit, ::SignalException, ::NoMemoryError].freeze
    WHEN_BLOCKING = { ::Object => :on_blocking }.freeze
    AT_ONCE = { ::Object => :immediate }.freeze
    private_constant :Callbacks, :Done, :FATAL, :WHEN_BLOCKING, :AT_ONCE

    include Events

    # @api private
    attr_reader :handle

    # @param limit [Integer] how many callbacks may be due at once; 0 for no limit.  A
    #   submit with a callback that finds no place raises QueueFullError
    def initialize(limit: 0)
      @handle = Native.queue_new(limit)
      @lock = ::Mutex.new
      @drained = ::ConditionVariable.new
      @entries = {}
      @last_tag = 0
    end

    # Run what waits here.
    #
    # @param limit [Integer] how many entries at most; 0 for all of them
    # @param timeout [Numeric, nil] how many seconds to wait for the first
    # @return [Integer] how many ran; inside a callback, 0
    def run(limit: 0, timeout: 0)
      count = 0
      return count if running_here?

      while (limit.zero? || count < limit) && step(count.zero? ? timeout : 0)
        count += 1
      end
      count
    end

    # Make the current thread the owner: its `get`, `wait` and `join` run what waits
    # here meanwhile.
    #
    # @return [self]
    def own
      @owner = ::Thread.current
      self
    end

    # @return [Integer] how many entries wait here
    def size
      Native.queue_get_count(@handle)
    end

    # Drop what waits here, unrun; the results that it held back become ready.
    #
    # @return [nil]
    def close
      Native.queue_close(@handle)
      @owner = nil
      @lock.synchronize { @entries.clear && @drained.broadcast }
      nil
    end

    # -- for the library's own use

    # @api private
    def queue
      self
    end

    # The program runs what is in here, so there is nobody to wake.
    # @api private
    def wake
    end

    # @api private
    def running_here?
      @running.equal?(::Thread.current)
    end

    # @api private
    def drains_here?
      @owner.equal?(::Thread.current) && !running_here?
    end

    # The tag of callbacks that are to be asked for.
    # @api private
    def expect_callbacks(callback, error_callback)
      add(Callbacks.new(callback, error_callback))
    end

    # Have a block called with `result` once that is ready.
    # @api private
    def notify(result, block)
      expect(result, block) { |tag| Native.result_notify(result.handle, @handle, tag) }
    end

    # Have a block called with `iterator` once its next value would not be waited for.
    # @api private
    def notify_next(iterator, block)
      expect(iterator, block) do |tag|
        Native.iterator_notify(iterator.handle, @handle, tag)
      end
    end

    # @api private
    def forget(tag)
      @lock.synchronize do
        entry = @entries.delete(tag)
        @drained.broadcast if @entries.empty?
        entry
      end
    end

    # @api private
    def empty?
      @lock.synchronize { @entries.empty? }
    end

    # Wait until nothing is expected any more; false when the deadline passes first.
    # @api private
    def wait_until_empty(deadline)
      @lock.synchronize do
        until @entries.empty?
          left = Support.time_until(deadline)
          return false if left&.zero?

          @drained.wait(@lock, left)
        end
      end
      true
    end

    # Run entries until the block says true; false when the deadline passes first.
    # @api private
    def run_until(deadline)
      until yield
        left = Support.time_until(deadline)
        return yield if !step(left) && left
      end
      true
    end

    # Take an entry and run it; whether there was one.  Between the taking and the
    # finishing nothing interrupts the thread but in the callback itself.
    # @api private
    def step(timeout)
      failure = nil
      found = ::Thread.handle_interrupt(WHEN_BLOCKING) do
        event = next_event(timeout)
        failure = serve(event) if event
        !event.nil?
      end
      raise failure if failure && leaves_the_queue?(failure) && !dispatched?

      found
    end

    private

    # Newer versions of Timeout leave a block by an exception of their own.
    def leaves_the_queue?(failure)
      FATAL.any? { |type| type === failure } ||
        (defined?(::Timeout::ExitException) && ::Timeout::ExitException === failure)
    end

    # A dispatcher's queue outlives whatever its callbacks raise.
    def dispatched?
      ::Thread.current.thread_variable?(:asyncresult_dispatcher)
    end

    def expect(object, block)
      tag = add(Done.new(object, block))
      yield tag
    rescue ::Exception
      forget(tag)
      raise
    end

    def add(entry)
      @lock.synchronize do
        @entries[@last_tag += 1] = entry
        @last_tag
      end
    end

    # Run an event's callback and finish the event; the exception, if it raised one.
    def serve(event)
      outer = @running
      @running = ::Thread.current
      tag = Native.event_tag(event)
      has_ended = false
      exception, native = call(@lock.synchronize { @entries[tag] }, event)
      has_ended = true
      exception
    ensure
      native = abandonment unless has_ended
      @running = outer
      Native.event_finish(event, native)
      forget(tag)
    end

    def abandonment
      Error.native(TaskError::CODE, "the callback was left before its end")
    end

    def call(entry, event)
      case entry
      when Callbacks then call_back(entry, event)
      when Done then Support.call_safely(entry.block, entry.object)
      else Native.event_run(event)
      end
    end

    def call_back(callbacks, event)
      # Looking at the error reads it, so that it is not reported as unread.
      error = callbacks.error_callback && Native.event_error(event)
      ::Thread.handle_interrupt(AT_ONCE) do
        if error
          call_error_callback(callbacks.error_callback, error)
        elsif callbacks.callback && !Native.event_has_failed(event)
          callbacks.callback.call(Native.event_value(event))
        end
      end
      nil
    rescue ::Exception => exception
      [exception, exception.equal?(error) ? nil : Error.native_for(exception, error)]
    end

    # Inside a `rescue`, so that what the callback raises has the error as its cause.
    def call_error_callback(callback, error)
      raise error, cause: error.cause
    rescue ::Exception => raised
      raise unless raised.equal?(error)

      callback.call(error)
    end
  end
end
