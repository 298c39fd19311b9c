# frozen_string_literal: true

class AsyncResult
  # Workers, and the tasks that wait for them.
  #
  # C functions run on threads of the library, without Ruby's lock, in parallel; blocks and
  # other code of Ruby run on threads of Ruby, which are made when they are first needed.
  # There are as many of each as the pool has workers.
  class Pool
    STATES = {
      -1 => :forked, 0 => :open, 1 => :closed, 2 => :terminated, 3 => :broken
    }.freeze

    include Submits

    # @api private
    attr_reader :core

    # How many CPUs this process may use: the default number of workers.
    #
    # @return [Integer]
    def self.default_workers
      Native.default_worker_count
    end

    # Make a pool.  With a block, yield it, and terminate and join it however the block ends.
    #
    # @param (see #initialize)
    # @yieldparam pool [Pool]
    # @return [Pool, Object] the pool, or the block's value
    def self.open(*arguments, **options)
      pool = new(*arguments, **options)
      return pool unless block_given?

      begin
        yield pool
      ensure
        pool.__send__(:leave)
      end
    end

    # Make a pool.
    #
    # @param workers [Integer, nil] how many; by default Pool.default_workers
    # @param initializer [CFunction, #call, nil] runs once in each worker before its first
    #   task: a C function in all of them, Ruby code in those that run Ruby code
    # @param initargs [Array] its arguments
    # @param max_tasks_per_worker [Integer, nil] after so many a worker is replaced
    # @param queue_limit [Integer, nil] how many C functions, and how much Ruby code, may wait
    # @param when_full [:block, :fail, :caller_runs] what a submit does when so many do
    # @param queue [Queue, nil] where callbacks wait; by default a thread runs them
    # @param name [String, nil] of the pool's threads
    # @param helping [:workers, :all] :all lets any thread that waits without a timeout run
    #   what it waits for, if that has not begun; a C function cannot be interrupted there
    # @param spare_workers [Integer, nil] how many threads may stand in for workers that wait
    # @param on_unread_error [#call, nil] called with each error that nobody read
    def initialize(workers = nil, initializer: nil, initargs: [],
                   max_tasks_per_worker: nil, queue_limit: nil, when_full: :block,
                   queue: nil, name: nil, helping: :workers, spare_workers: nil,
                   on_unread_error: nil)
      hook = on_unread_error && Options::UnreadErrors.new(on_unread_error)
      callbacks = queue || Dispatcher.new(name || "asyncresult", hook)
      options = Options::ForPool.new(
        workers: workers, initializer: Options.initializer(initializer, initargs),
        initargs: initargs, max_tasks: max_tasks_per_worker, limit: queue_limit,
        when_full: when_full, queue: callbacks.queue, name: name, helping: helping,
        spares: spare_workers, hook: hook
      ).freeze
      @may_wait = !queue_limit.nil? && when_full != :fail
      @core = Core.new(options, callbacks, name || "asyncresult")
      @handle = @core.handle
      ::ObjectSpace.define_finalizer(self, @core)
      callbacks.wake if hook
    end

    # Make a Strand: for a library that is not thread-safe or, pinned, one that keeps
    # state per thread.
    #
    # @param pinned [Boolean] whether its tasks run on one thread, which runs nothing else
    # @return [Strand]
    def strand(pinned: false)
      Strand.new(self, pinned ? true : false)
    end

    # Take no new work; accepted work completes.
    #
    # @return [nil]
    def close
      @core.each_handle { |handle| Native.pool_close(handle) }
      nil
    end

    # End the pool: what has not begun never runs, and every result that is not ready
    # gets TerminatedError.
    #
    # @return [nil]
    def terminate
      @core.each_handle { |handle| Native.pool_terminate(handle) }
      nil
    end

    # Wait until the workers of a closed or terminated pool have ended and its
    # callbacks have run.
    #
    # @param timeout [Numeric, nil] seconds; nil waits without limit
    # @return [Boolean] false when the time passes first
    def join(timeout: nil)
      deadline = Support.deadline(timeout)
      ended = @core.handles.reverse.all? { |handle| join_one(handle, deadline, timeout) }
      return false unless ended

      queue = @core.queue
      queue.run if queue.drains_here?
      @core.callbacks.equal?(queue) || queue.wait_until_empty(deadline)
    end

    # @return [Integer] how many workers it was made with
    def workers
      Native.pool_get_worker_count(@handle)
    end

    # @return [Symbol] :open, :closed, :terminated or :broken; :forked for one of the
    #   parent process
    def state
      states = @core.handles.map { |handle| STATES.fetch(Native.pool_get_state(handle)) }
      states.include?(:broken) ? :broken : states.first
    end

    # @return [String]
    def inspect
      "#<#{self.class} #{state}, #{workers} workers>"
    end

    private

    # A forked child has nothing to end here.
    def leave
      terminate
      join
    rescue ForkedError
      nil
    end

    # What is left of the time, but for a timeout that is none: that is told as it is.
    def join_one(handle, deadline, timeout)
      left = deadline ? Support.time_until(deadline) : timeout
      Support.aside { Native.pool_join(handle, left) }
    end
  end
end
