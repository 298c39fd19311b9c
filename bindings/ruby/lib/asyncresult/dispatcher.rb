# frozen_string_literal: true

class AsyncResult
  # The thread that runs a pool's callbacks.  It is made with the first of them and
  # ends when none was due for a while, so a pool that is dropped leaves nothing.
  class Dispatcher # :nodoc: all
    IDLE_SECONDS = 1

    attr_reader :queue

    # `hook`: what reports unread errors; the thread stays as long as it may have to.
    def initialize(name, hook)
      @name = name
      @hook = hook
      @queue = Queue.new
      @lock = ::Mutex.new
      @thread = nil
    end

    def wake
      @lock.synchronize { @thread = start unless @thread&.alive? }
    end

    private

    # A thread inherits the mask, so that none is killed before it serves.
    def start
      thread = ::Thread.handle_interrupt(::Object => :never) { ::Thread.new { serve } }
      thread.name = @name
      thread.report_on_exception = false
      thread
    end

    # A callback may end the thread; what is still due then has a new one, unless Ruby
    # ends: it counts its main thread as dead before it kills the others.
    def serve
      ::Thread.current.thread_variable_set(:asyncresult_dispatcher, true)
      is_over = false
      is_over = !@queue.step(IDLE_SECONDS) && retire until is_over
    ensure
      succeed if !is_over && ::Thread.main.alive?
    end

    def retire
      @lock.synchronize do
        next false if busy?

        @thread = nil
        true
      end
    end

    def succeed
      @lock.synchronize { @thread = busy? ? start : nil }
    end

    def busy?
      !@queue.empty? || (@hook && Native.is_rooted(@hook))
    end
  end
  private_constant :Dispatcher
end
