# frozen_string_literal: true

class AsyncResult
  # The submits of a Pool.  What they run is a CFunction, a block, or an object with `call`
  # (a Proc, a Method); a block comes after what it is given:
  #
  #   pool.apply_async(cos, 0.5)
  #   pool.apply_async(path) { |name| File.read(name) }
  #   pool.map(paths, &File.method(:size))
  #
  # What Ruby code is given, and what it returns, are the objects themselves.  What it
  # raises is raised by `get`, as the same object.
  module Submits
    # Have a function called by a worker.
    #
    # @param function [CFunction, #call] what is called; without it, the block is
    # @param arguments [Array] what with
    # @param kwargs [Hash, nil] the keyword arguments of Ruby code
    # @param callback [#call, nil] called with the value, before the result is ready
    # @param error_callback [#call, nil] called with the error, before the result is ready
    # @param strand [Strand, nil] where it has its turn
    # @return [AsyncResult]
    def apply_async(function = Code::NOTHING, *arguments, kwargs: nil, callback: nil,
                    error_callback: nil, strand: nil, &block)
      if block.nil? && kwargs.nil? && function.is_a?(CFunction)
        options = strand && Options.for_task(strand.for_functions, nil, nil)
        return submit(Native::APPLY, function.handle, arguments, options, callback,
                      error_callback)
      end

      call = Code.call(function, arguments, block)
      refuse_keywords(function) if block.nil? && function.is_a?(CFunction)
      submit_call(Code.add_keywords(call, kwargs), !kwargs.nil?, strand, callback,
                  error_callback)
    end

    # Have a function called by a worker and wait for its value.
    #
    # @param (see #apply_async)
    # @return [Object]
    def apply(function = Code::NOTHING, *arguments, **options, &block)
      apply_async(function, *arguments, **options, &block).get
    end

    # Have a function called with each item; the value is an Array in their order, or
    # a TypedArray for C functions that return numbers, over a TypedArray.
    #
    # @param function [CFunction, #call] what is called; without it, the block is
    # @param items [#to_a] what with; before a block, the only argument
    # @option options [Integer, nil] :chunk_size how many items make a task
    # @option options [:first, :lowest, :fail_fast, :collect, nil] :errors what an item's error
    #   does: :first or :lowest fail the map with the first to arrive or of the lowest index,
    #   :fail_fast also cancels what has not begun, :collect puts it in the item's place
    # @option options [#call, nil] :callback called with the value, before the result is ready
    # @option options [#call, nil] :error_callback called with the error, before the result is
    #   ready
    # @option options [Strand, nil] :strand where it has its turn
    # @return [AsyncResult]
    def map_async(function = Code::NOTHING, items = Code::NOTHING, **options, &block)
      submit_map(Native::MAP, function, items, block, **options)
    end

    # As map_async, and wait for the value.
    #
    # @param (see #map_async)
    # @return [Array, TypedArray]
    def map(function = Code::NOTHING, items = Code::NOTHING, **options, &block)
      map_async(function, items, **options, &block).get
    end

    # As map_async, with each item an Array of arguments.
    #
    # @param (see #map_async)
    # @return [AsyncResult]
    def starmap_async(function = Code::NOTHING, items = Code::NOTHING, **options, &block)
      submit_map(Native::STARMAP, function, items, block, **options)
    end

    # As starmap_async, and wait for the value.
    #
    # @param (see #map_async)
    # @return [Array]
    def starmap(function = Code::NOTHING, items = Code::NOTHING, **options, &block)
      starmap_async(function, items, **options, &block).get
    end

    # Have a function called with each item as far as the values are taken.
    #
    # @param function [CFunction, #call] what is called; without it, the block is
    # @param items [#each] an Array or a TypedArray, or anything else with `each`, which is
    #   read by a thread of its own and may be endless
    # @option options [Integer, nil] :chunk_size how many items make a task
    # @option options [Integer, nil] :buffer_size how many items may have been read whose
    #   values were not taken: by default all of an Array, and about 2 chunks per worker of
    #   anything else, of which it is never less than 2 items
    # @option options [Strand, nil] :strand where it has its turn
    # @return [Iterator] the values in the order of the items
    def imap(function = Code::NOTHING, items = Code::NOTHING, **options, &block)
      iterate(Native::ORDER_INPUT, function, items, block, **options)
    end

    # As imap, with the values in the order of their arrival.
    #
    # @param (see #imap)
    # @return [Iterator]
    def imap_unordered(function = Code::NOTHING, items = Code::NOTHING, **options, &block)
      iterate(Native::ORDER_ARRIVAL, function, items, block, **options)
    end

    private

    def refuse_keywords(function)
      raise ArgumentError, "kwargs: expected none for a C function, found some for #{function.name}"
    end

    def sequence(items)
      items.is_a?(TypedArray) ? items : items.to_a
    end

    # Items that nobody else changes.
    def items_for_code(items, spreads)
      array = items.to_a
      spreads ? array.map(&:to_a) : array.dup
    end

    # Where code runs: the Workers, and the native strand, or nil.
    def place_of_code(strand)
      strand ? strand.for_code(@core) : [@core.code_workers, nil]
    end

    def submit_call(call, has_keywords, strand, callback, error_callback)
      is_plain = !(has_keywords || strand || callback || error_callback || @may_wait)
      return submit_plain_call(call) if is_plain

      workers, order = place_of_code(strand)
      options = order && Options.for_task(order, nil, nil)
      submit_code(workers, options, callback, error_callback) do |builder|
        Native.submit_code(workers.handle, call, has_keywords, builder, @core, @may_wait)
      end
    end

    # The usual one, without what it does not need.
    def submit_plain_call(call)
      workers = @core.code_workers
      workers.wake
      Native.submit_code(workers.handle, call, false, nil, @core, false)
    end

    def submit_map(call, function, items, block, chunk_size: nil, errors: nil,
                   callback: nil, error_callback: nil, strand: nil)
      callable, items = Code.map(function, items, block)
      spreads = call == Native::STARMAP
      if callable.is_a?(CFunction)
        items = spreads ? items.map { |item| sequence(item) } : sequence(items)
        options = Options.for_task(strand&.for_functions, chunk_size, errors)
        return submit(call, callable.handle, items, options, callback, error_callback)
      end

      submit_code_map(callable, items_for_code(items, spreads), spreads, strand,
                      [chunk_size, errors, callback, error_callback])
    end

    def submit_code_map(callable, items, spreads, strand, settings)
      chunk_size, errors, callback, error_callback = settings
      workers, order = place_of_code(strand)
      function = Native.map_function_new(callable, items, spreads)
      options = Options.for_task(order, chunk_size, errors)
      submit_code(workers, options, callback, error_callback) do |builder|
        Native.submit_code_map(workers.handle, function, items.size, builder, @core,
                               @may_wait)
      end
    end

    def iterate(order, function, items, block, chunk_size: nil, buffer_size: nil,
                strand: nil)
      callable, items = Code.map(function, items, block)
      is_array = items.is_a?(::Array) || items.is_a?(TypedArray)
      Input.check(items) unless is_array
      buffer_size = Input.room(buffer_size) unless is_array
      if callable.is_a?(CFunction)
        options = Options.for_iterator(order, strand&.for_functions, chunk_size, buffer_size)
        return iterate_function(callable.handle, items, is_array, options)
      end

      workers, turn = place_of_code(strand)
      options = Options.for_iterator(order, turn, chunk_size, buffer_size)
      workers.wake
      iterate_code(workers.handle, callable, items, is_array, options)
    end

    def iterate_function(function, items, is_array, options)
      if is_array
        handle = Support.attend_signals { Native.imap(@handle, function, items, options) }
        return Iterator.new(handle, @core)
      end

      handle = Native.pool_imap_fed(@handle, function, options)
      Iterator.new(handle, @core, Input.new(handle, items, @core.name, Input::VALUE))
    end

    def iterate_code(pool, callable, items, is_array, options)
      if is_array
        items = items_for_code(items, false)
        function = Native.map_function_new(callable, items, false)
        handle = Native.imap_places(pool, function, items.size, options)
        return Iterator.new(handle, @core)
      end

      handle = Native.pool_imap_fed(pool, Native.function_new(callable), options)
      Iterator.new(handle, @core, Input.new(handle, items, @core.name, Input::REFERENCE))
    end

    def submit(call, function, items, options, callback, error_callback)
      return send_off(call, function, items, options) unless callback || error_callback

      @core.with_callbacks(options, callback, error_callback) do |builder|
        send_off(call, function, items, builder)
      end
    end

    # The block submits; one that may wait has options, for its interrupt.
    def submit_code(workers, options, callback, error_callback, &send)
      workers.wake
      @core.with_callbacks(options, callback, error_callback) do |builder|
        wait_in(builder, &send)
      end
    end

    def wait_in(options)
      return yield(options) unless @may_wait

      options ||= Native.task_options_new
      Support.aside { Support.attend_signals { yield options } }
    end

    # A submit that may take long leaves the interpreter to other threads.
    def send_off(call, function, items, options)
      unless @may_wait
        return Native.submit_at_once(call, @handle, function, items, options, @core)
      end

      wait_in(options) do |builder|
        Native.submit(call, @handle, function, items, builder, @core)
      end
    end
  end
end
