# frozen_string_literal: true

class AsyncResult
  # The threads of Ruby that run a pool's Ruby code.  One thread waits until the library
  # wants another worker, and makes it: when there is work for it, in place of one that
  # ended, and as a spare in place of one that waits.
  #
  # None of them knows the Pool, so that it can be collected; its finaliser closes this.
  class Workers # :nodoc: all
    attr_reader :handle

    def initialize(options, name)
      @handle = Native.pool_new(options)
      @name = name
      @lock = ::Mutex.new
      @supply = nil
    end

    # See to it that workers come.
    def wake
      return if @supply&.alive?

      @lock.synchronize { @supply = start_supply unless @supply&.alive? }
    end

    # The finaliser of a Pool.
    def call(_object_id)
      Native.pool_close(@handle)
    rescue ForkedError
      nil
    end

    private

    def start_supply
      thread(" supply") { supply }
    end

    # A thread inherits the mask, so that none is killed before it works.
    def thread(suffix = "", &block)
      ::Thread.handle_interrupt(::Object => :never) do
        thread = ::Thread.new do
          ::Thread.current.report_on_exception = false
          block.call
        end
        thread.name = @name + suffix
        thread
      end
    end

    # One that was killed has a successor, unless Ruby ends: it counts its main thread as
    # dead before it kills the others.
    def supply
      is_over = false
      ::Thread.handle_interrupt(::Object => :on_blocking) do
        until is_over
          worker = Native.worker_await(@handle)
          worker ? start(worker) : is_over = true
        end
      end
    rescue ForkedError
      is_over = true
    ensure
      succeed unless is_over || !::Thread.main.alive?
    end

    def succeed
      @lock.synchronize { @supply = start_supply }
    end

    def start(worker)
      thread { work(worker) }
    rescue ::ThreadError
      # Without a thread the worker is wanted again at once.
      Native.worker_end(worker)
      sleep(0.01)
    end

    def work(worker)
      ::Thread.handle_interrupt(::Object => :immediate) { Native.worker_run(worker) }
    ensure
      Native.worker_end(worker)
    end
  end
  private_constant :Workers
end
