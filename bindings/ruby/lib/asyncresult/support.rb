# frozen_string_literal: true

class AsyncResult
  # Helpers of several classes.
  module Support # :nodoc: all
    # A timeout of this many seconds is as good as none.
    FAR = 1_000_000_000

    module_function

    def now
      ::Process.clock_gettime(::Process::CLOCK_MONOTONIC)
    end

    # The monotonic time at which a timeout ends; nil for never.
    def deadline(timeout)
      return if timeout.nil?
      raise ArgumentError, "timeout: expected seconds, found NaN" if timeout.to_f.nan?

      timeout < FAR ? now + timeout : nil
    end

    # A timeout as others than the library take it: nil for never.
    def finite(timeout)
      timeout && timeout < FAR ? timeout : nil
    end

    # What is left of the time until then, and never less than nothing.
    def time_until(deadline)
      deadline && [deadline - now, 0].max
    end

    # Wait in the block for what has no time limit.  Where Ruby's main thread would miss
    # signals (see wait.c), another thread sees them for it.
    def attend_signals
      return yield unless Native.misses_signals

      begin
        watcher = ::Thread.new { sleep }
        yield
      ensure
        watcher&.kill
      end
    end

    # Call the block, which blocks, in a thread of its own where a Fiber scheduler has
    # other fibers to run meanwhile.
    def aside(&block)
      return yield unless ::Fiber.current_scheduler

      begin
        thread = ::Thread.new(&block)
        thread.report_on_exception = false
        thread.value
      ensure
        thread&.kill
      end
    end

    # Call what nobody waits for: its exception is printed, as that of a thread is.
    def call_safely(callable, argument)
      callable.call(argument)
      nil
    rescue ::StandardError, ::ScriptError => exception
      warn("asyncresult: #{exception.full_message(highlight: false)}")
    end
  end
  private_constant :Support
end
