# frozen_string_literal: true

class AsyncResult
  # What a Pool is made of: the library's own workers, those of Ruby, which come with the
  # first Ruby code, and where callbacks run.  Results and iterators know this rather
  # than the Pool, so that it can be collected; its finaliser closes all of it.
  class Core # :nodoc: all
    attr_reader :handle, :callbacks, :name

    def initialize(options, callbacks, name)
      @options = options
      @callbacks = callbacks
      @name = name
      @handle = Native.pool_new(options.own)
      @lock = ::Mutex.new
      @lent = [].freeze
    end

    # The finaliser of a Pool.
    def call(_object_id)
      each_handle { |handle| Native.pool_close(handle) }
    rescue ForkedError
      nil
    end

    # The completion queue of the callbacks.
    def queue
      @callbacks.queue
    end

    # See to it that callbacks run.
    def wake
      @callbacks.wake
    end

    def each_handle(&block)
      handles.each(&block)
    end

    # The own workers come first: see make_workers.
    def handles
      [@handle, *@lent.map(&:handle)]
    end

    # The threads of Ruby, made for the first Ruby code.
    def code_workers
      @code_workers || @lock.synchronize { @code_workers ||= make_workers }
    end

    # Further threads, for a strand.
    def add_workers(**options)
      @lock.synchronize { make_workers(**options) }
    end

    # Yield options that name the callbacks, for a submit; what that makes.
    def with_callbacks(options, callback, error_callback)
      return yield(options) unless callback || error_callback

      tag = queue.expect_callbacks(callback, error_callback)
      begin
        result = yield Options.add_callbacks(options, tag)
      ensure
        result ? wake : queue.forget(tag)
      end
    end

    private

    # Whoever ends the pool changes the state of its own workers first, and then looks at
    # `@lent`; so either he sees these, or they see him.
    def make_workers(**options)
      workers = Workers.new(@options.lent(**options), @name)
      @lent = [*@lent, workers].freeze
      case Native.pool_get_state(@handle)
      when Native::POOL_CLOSED then Native.pool_close(workers.handle)
      when Native::POOL_TERMINATED, Native::POOL_BROKEN
        Native.pool_terminate(workers.handle)
      end
      workers
    end
  end
  private_constant :Core
end
