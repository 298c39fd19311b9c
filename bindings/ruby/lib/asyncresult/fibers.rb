# frozen_string_literal: true

class AsyncResult
  # Waits of fibers that a Fiber scheduler runs: the fiber sleeps, its thread does not.
  module Fibers # :nodoc: all
    # A fiber that sleeps until another thread calls this, or its time is over.
    class Sleeper
      def initialize(scheduler)
        @scheduler = scheduler
        @fiber = ::Fiber.current
        @lock = ::Mutex.new
        @is_due = @is_over = false
      end

      # From any thread; a fiber that has gone on is left alone.
      def wake
        @lock.synchronize do
          @is_due = true
          @scheduler.unblock(self, @fiber) unless @is_over
        end
      end

      def sleep(deadline)
        until @is_due
          left = Support.time_until(deadline)
          break if left&.zero?

          @scheduler.block(self, left)
        end
        @is_due
      ensure
        @lock.synchronize { @is_over = true }
      end
    end

    # What a result or an iterator tells the fibers that wait for it, by one notice for
    # all of them.
    class Notice
      def initialize
        @lock = ::Mutex.new
        @sleepers = []
        @is_asked = false
      end

      # Ask by the block, unless that was done; false when the deadline passes first.
      def wait(scheduler, deadline, &ask)
        sleeper = Sleeper.new(scheduler)
        asks = @lock.synchronize do
          @sleepers << sleeper
          !@is_asked && (@is_asked = true)
        end
        ask.call(self) if asks
        sleeper.sleep(deadline)
      ensure
        @lock.synchronize { @sleepers.delete(sleeper) }
      end

      def call(_object)
        @lock.synchronize do
          @is_asked = false
          @sleepers.dup
        end.each(&:wake)
      end
    end

    class << self
      # The thread that takes the notices of this process.
      def dispatcher
        return @dispatcher if @process == ::Process.pid

        @process = ::Process.pid
        @dispatcher = Dispatcher.new("asyncresult fibers", nil)
      end

      # Have `notice` called once `result` is ready.
      def notify(result, notice)
        dispatcher.queue.notify(result, notice)
        dispatcher.wake
      end

      # Have `notice` called once the next value of `iterator` would not be waited for.
      def notify_next(iterator, notice)
        dispatcher.queue.notify_next(iterator, notice)
        dispatcher.wake
      end
    end
  end
  private_constant :Fibers
end
