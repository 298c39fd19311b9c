# frozen_string_literal: true

class AsyncResult
  # Workers, and the tasks that wait for them.
  class Pool
    STATES = {
      -1 => :forked, 0 => :open, 1 => :closed, 2 => :terminated, 3 => :broken
    }.freeze
    private_constant :STATES

    # How many CPUs this process may use: the default number of workers.
    def self.default_workers
      Native.default_worker_count
    end

    # Make a pool.  With a block, yield it, then terminate and join it; the value is
    # the block's.
    def self.open(*arguments, **options)
      pool = new(*arguments, **options)
      return pool unless block_given?

      begin
        yield pool
      ensure
        pool.__send__(:leave)
      end
    end

    # workers:: how many; by default Pool.default_workers.
    # initializer:, initargs:: a function that runs once in each worker.
    # max_tasks_per_worker:: after so many a worker is replaced.
    # queue_limit:, when_full:: how many tasks may wait, and what a submit does when
    #                           they do: :block, :fail or :caller_runs.
    # queue:: the Queue in which callbacks wait; by default a thread runs them.
    # name:: of the pool's threads.
    # helping:: :all lets any thread that waits without a timeout run what it waits for,
    #           if that has not begun; the thread cannot be interrupted meanwhile.  By
    #           default (:workers) everything runs on workers.
    # spare_workers:: how many threads may stand in for workers that wait.
    # on_unread_error:: called with each error that nobody read.
    def initialize(workers = nil, initializer: nil, initargs: [],
                   max_tasks_per_worker: nil, queue_limit: nil, when_full: :block,
                   queue: nil, name: nil, helping: :workers, spare_workers: nil,
                   on_unread_error: nil)
      hook = on_unread_error && Options::UnreadErrors.new(on_unread_error)
      @name = name || "asyncresult"
      @callbacks = queue || Dispatcher.new(@name, hook)
      @may_wait = !queue_limit.nil? && when_full != :fail
      options = Native.pool_options_new
      Options.set_workers(options, workers, max_tasks_per_worker)
      Options.set_initializer(options, initializer, initargs)
      Options.set_queue_limit(options, queue_limit, when_full)
      Options.set_help(options, helping, spare_workers)
      Native.pool_options_set_name(options, name)
      Native.pool_options_set_queue(options, @callbacks.queue.handle)
      Native.set_unread_error_hook(options, hook) if hook
      @handle = Native.pool_new(options)
      @callbacks.wake if hook
    end

    # Have a function called by a worker; the AsyncResult of that.
    #
    # callback:: called with the value, error_callback:: with the error: one of them,
    # once, before the result is ready.  strand:: the Strand in which it runs.
    def apply_async(function = nil, *arguments, callback: nil, error_callback: nil,
                    strand: nil, &block)
      refuse_block if block
      submit(Native::APPLY, function, arguments,
             strand && Options.for_task(strand, nil, nil), callback, error_callback)
    end

    # Have a function called by a worker and wait for its value.
    def apply(function = nil, *arguments, **options, &block)
      apply_async(function, *arguments, **options, &block).get
    end

    # Have a function called with each item; the value is an Array in their order, or
    # a TypedArray for one of numbers.
    #
    # chunk_size:: how many items make a task.  errors:: what an item's error does:
    # :first or :lowest fail the map with the first to arrive or of the lowest index,
    # :fail_fast also cancels what has not begun, :collect puts it in the item's place.
    def map_async(function, items, chunk_size: nil, errors: nil, callback: nil,
                  error_callback: nil, strand: nil, &block)
      refuse_block if block
      submit(Native::MAP, function, sequence(items),
             Options.for_task(strand, chunk_size, errors), callback, error_callback)
    end

    def map(function, items, **options, &block)
      map_async(function, items, **options, &block).get
    end

    # As map_async, with each item an Array of arguments.
    def starmap_async(function, items, chunk_size: nil, errors: nil, callback: nil,
                      error_callback: nil, strand: nil, &block)
      refuse_block if block
      submit(Native::STARMAP, function, items.map { |item| sequence(item) },
             Options.for_task(strand, chunk_size, errors), callback, error_callback)
    end

    def starmap(function, items, **options, &block)
      starmap_async(function, items, **options, &block).get
    end

    # Have a function called with each item as far as the values are taken: an Iterator
    # of the values in the order of the items.
    #
    # items:: an Array, a TypedArray, or anything with `each`, which is read by a thread
    # of its own and may be endless.  chunk_size:: how many items make a task.
    # buffer_size:: how many items may have been read whose values were not taken: by
    # default all of an Array, and about 2 chunks per worker of anything else, of which
    # it is never less than 2 items.
    def imap(function, items, chunk_size: nil, buffer_size: nil, strand: nil, &block)
      refuse_block if block
      iterate(Native::ORDER_INPUT, function, items, strand, chunk_size, buffer_size)
    end

    # As imap, with the values in the order of their arrival.
    def imap_unordered(function, items, chunk_size: nil, buffer_size: nil, strand: nil,
                       &block)
      refuse_block if block
      iterate(Native::ORDER_ARRIVAL, function, items, strand, chunk_size, buffer_size)
    end

    # Make a Strand: for a library that is not thread-safe or, pinned, one that keeps
    # state per thread.
    def strand(pinned: false)
      kind = pinned ? Native::STRAND_PINNED : Native::STRAND_SERIAL
      Strand.new(self, Native.strand_new(@handle, kind))
    end

    # Take no new work; accepted work completes.
    def close
      Native.pool_close(@handle)
    end

    # End the pool: what has not begun never runs, and every result that is not ready
    # gets TerminatedError.
    def terminate
      Native.pool_terminate(@handle)
    end

    # Wait until the workers of a closed or terminated pool have ended and its
    # callbacks have run; false when `timeout` seconds pass first.
    def join(timeout: nil)
      deadline = Support.deadline(timeout)
      return false unless Native.pool_join(@handle, timeout)

      queue = @callbacks.queue
      queue.run if queue.drains_here?
      @callbacks.equal?(queue) || queue.wait_until_empty(deadline)
    end

    def workers
      Native.pool_get_worker_count(@handle)
    end

    # :open, :closed, :terminated or :broken; :forked for one of the parent process.
    def state
      STATES.fetch(Native.pool_get_state(@handle))
    end

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

    def refuse_block
      raise UnsupportedError, "expected an AsyncResult::CFunction, found a block: " \
                              "Ruby code cannot be a task"
    end

    def sequence(items)
      items.is_a?(TypedArray) ? items : items.to_a
    end

    def iterate(order, function, items, strand, chunk_size, buffer_size)
      native = Options.function(function)
      if items.is_a?(::Array) || items.is_a?(TypedArray)
        options = Options.for_iterator(order, strand, chunk_size, buffer_size)
        handle = Support.attend_signals { Native.imap(@handle, native, items, options) }
        return Iterator.new(handle, @callbacks)
      end

      options = Options.for_iterator(order, strand, chunk_size, Input.room(buffer_size))
      Input.check(items)
      handle = Native.pool_imap_fed(@handle, native, options)
      Iterator.new(handle, @callbacks, Input.new(handle, items, @name))
    end

    def submit(call, function, items, options, callback, error_callback)
      native = function.is_a?(CFunction) ? function.handle : Options.function(function)
      return send_off(call, native, items, options) unless callback || error_callback

      queue = @callbacks.queue
      tag = queue.expect_callbacks(callback, error_callback)
      begin
        options = Options.add_callbacks(options, tag)
        result = send_off(call, native, items, options)
      ensure
        result ? @callbacks.wake : queue.forget(tag)
      end
    end

    # A submit that may take long leaves the interpreter to other threads.
    def send_off(call, function, items, options)
      unless @may_wait
        return Native.submit_at_once(call, @handle, function, items, options, @callbacks)
      end

      options ||= Native.task_options_new
      Support.attend_signals do
        Native.submit(call, @handle, function, items, options, @callbacks)
      end
    end
  end
end
