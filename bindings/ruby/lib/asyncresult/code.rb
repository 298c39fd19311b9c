# frozen_string_literal: true

class AsyncResult
  # Code of Ruby as tasks: blocks, procs, Methods and whatever else has `call`.
  module Code # :nodoc: all
    # What was not given, where nil may be.
    NOTHING = ::Object.new.freeze

    module_function

    def check(callable)
      return callable if callable.respond_to?(:call)

      found = NOTHING.equal?(callable) ? "neither" : callable.inspect
      raise ArgumentError, "expected an AsyncResult::CFunction, a block or an object with call, " \
                           "found #{found}"
    end

    # [callable, arguments...] of a call; what stands first is an argument of a block.
    def call(first, arguments, block)
      if block.nil?
        arguments.unshift(check(first))
      elsif first.is_a?(CFunction)
        raise ArgumentError, "expected a function or a block, found both"
      else
        arguments.unshift(first) unless NOTHING.equal?(first)
        arguments.unshift(block)
      end
    end

    # [callable, items] of a map, whose items are what a block stands behind.
    def map(first, items, block)
      callable, items = block_and_items(first, items, block) if block
      raise ArgumentError, "expected items, found none" if NOTHING.equal?(items)

      callable ||= first.is_a?(CFunction) ? first : check(first)
      [callable, items]
    end

    def block_and_items(first, items, block)
      return [block, first] if NOTHING.equal?(items)

      raise ArgumentError, "expected a function or a block, found both"
    end

    # A call's keywords, as its last argument.
    def add_keywords(call, keywords)
      return call if keywords.nil?
      return call << keywords if keywords.is_a?(::Hash)

      raise ArgumentError, "kwargs: expected a Hash, found #{keywords.inspect}"
    end
  end
  private_constant :Code

  # Whether the task that runs on this thread was asked to stop, by AsyncResult#cancel or
  # Pool#terminate: a long task looks now and then.  False outside tasks.
  #
  # @return [Boolean]
  def self.cancelled?
    Native.is_cancelled
  end
end
