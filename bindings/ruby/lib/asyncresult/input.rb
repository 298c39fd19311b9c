# frozen_string_literal: true

class AsyncResult
  # What a lazy map reads: anything with `each`.  A thread of its own goes through it
  # and waits while the buffer is full, so a slow input delays nobody else, and what
  # interrupts one who waits for a value leaves the input alone.
  #
  # It knows the native iterator only, so that the Iterator can be collected.
  class Input # :nodoc: all
    VALUE = ->(handle, item, place) { Native.iterator_put(handle, item, place) }
    REFERENCE = ->(handle, item, _) { Native.iterator_put_reference(handle, item) }

    def self.check(items)
      return if items.respond_to?(:each)

      raise ArgumentError, "expected an Array, a TypedArray or an object with each, " \
                           "found #{items.class}"
    end

    # How many items the library is to hold: the thread has one in hand.
    def self.room(buffer_size)
      buffer_size.is_a?(::Integer) && buffer_size > 1 ? buffer_size - 1 : buffer_size
    end

    # `put` hands an item and its place over; whether more are taken.
    def initialize(handle, items, name, put)
      @handle = handle
      @items = items
      @put = put
      @thread = start
      @thread.name = "#{name} input"
      @thread.report_on_exception = false
    end

    # Leave the input where it is read; its `ensure` clauses run there.
    def stop
      @thread.kill unless @thread.equal?(::Thread.current)
    end

    # The finaliser of an Iterator.
    def call(_object_id)
      Native.iterator_cancel(@handle)
      stop
    rescue ForkedError
      nil
    end

    private

    # A thread inherits the mask, so that none is killed before it reads.
    def start
      ::Thread.handle_interrupt(::Object => :never) { ::Thread.new { read } }
    end

    def read
      has_ended = false
      failure = put_all
      has_ended = true
    ensure
      failure = abandonment unless has_ended
      Native.iterator_finish(@handle, failure)
      @items = nil
    end

    def abandonment
      Error.native(TaskError::CODE, "the input was left before its end")
    end

    # Nil, or the native error of what the input raised.
    def put_all
      ::Thread.handle_interrupt(::Object => :immediate) { put_each }
      nil
    rescue ::Exception => exception
      Error.native_holding(exception)
    end

    def put_each
      items = @items.is_a?(::Enumerable) ? @items : @items.to_enum
      place = -1
      items.each_entry { |item| break unless @put.call(@handle, item, place += 1) }
    end
  end
  private_constant :Input
end
