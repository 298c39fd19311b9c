# frozen_string_literal: true

class AsyncResult
  # The values of a lazy map, an Enumerable, which Pool#imap and Pool#imap_unordered make:
  #
  #   pool.imap(crc, files.lazy.map { |path| File.binread(path) }).each { |sum| p sum }
  #
  # An item's error is raised at its place, and the next call goes on behind it.  What the
  # input raised comes behind the last value, and then the end.  Several threads may take
  # values; each has others.
  class Iterator
    include ::Enumerable

    # What is no value.
    FINISHED = ::Object.new.freeze
    private_constant :FINISHED

    # @api private
    attr_reader :handle

    # @api private
    def initialize(handle, callbacks, input = nil)
      @handle = handle
      @callbacks = callbacks
      @input = input
      @kept = []
      ::ObjectSpace.define_finalizer(self, input) if input
    end

    # The next value, or the item's error raised.
    #
    # @param timeout [Numeric, nil] seconds; nil waits without limit, 0 or less polls
    # @return [Object]
    # @raise [TimeoutError] when the time passes first
    # @raise [StopIteration] at the end, for ever
    def next(timeout: nil)
      value = take(timeout)
      raise StopIteration, "the iterator has no more values" if FINISHED.equal?(value)

      value
    end

    # Call the block with each value.  After an error, or a `break`, another call goes on
    # with what is left.
    #
    # @yieldparam value [Object]
    # @return [self, Enumerator]
    def each
      return to_enum unless block_given?

      until FINISHED.equal?(value = take(nil))
        yield value
      end
      self
    end

    # Have the block called with the iterator, once, when `next` would not wait: where the
    # pool's callbacks run.  Another thread may take the value before.
    #
    # @yieldparam iterator [Iterator]
    # @return [self]
    def add_next_callback(&block)
      raise ArgumentError, "add_next_callback: expected a block, found none" unless block

      @callbacks.queue.notify_next(self, block)
      @callbacks.wake
      self
    end

    # Read no more and cancel what has not begun: those items are CancelledError in their
    # places, and so is the rest of the input, as one.  What runs is handed out.
    #
    # @return [nil]
    def cancel
      Native.iterator_cancel(@handle)
      @input&.stop
      nil
    end

    # As cancel, and hand out nothing more.  Twice is fine.
    #
    # @return [nil]
    def close
      @is_closed = true
      cancel
      @kept.clear
      nil
    end

    def inspect
      "#<#{self.class}>"
    end

    private

    def take(timeout)
      return FINISHED if @is_closed

      timeout = attend(timeout) if @kept.empty?
      Native.iterator_next(@handle, timeout, @kept, FINISHED)
    end

    # As AsyncResult does while it waits.
    def attend(timeout)
      if @callbacks.queue.drains_here?
        drain(timeout)
      elsif (scheduler = ::Fiber.current_scheduler)
        let_fibers_run(scheduler, timeout)
      else
        timeout
      end
    end

    def let_fibers_run(scheduler, timeout)
      deadline = Support.deadline(timeout)
      return timeout if deadline && deadline <= Support.now

      @notice ||= Fibers::Notice.new
      @notice.wait(scheduler, deadline) { |notice| Fibers.notify_next(self, notice) }
      Support.time_until(deadline)
    end

    # Run the callbacks in the queue that this thread owns until a value is there or the
    # time is over; what is left of it.
    def drain(timeout)
      deadline = Support.deadline(timeout)
      queue = @callbacks.queue
      ask(queue)
      queue.run_until(deadline) { !@is_asked }
      Support.time_until(deadline)
    rescue StateError
      timeout # It was closed, so there is nothing to run.
    end

    # One notice at a time, however many calls have timed out.
    def ask(queue)
      return if @is_asked

      @is_asked = true
      queue.notify_next(self, ->(_) { @is_asked = false })
    end
  end
end
