# frozen_string_literal: true

class AsyncResult
  # Numbers of one C type side by side, an Enumerable: what a C function takes as `T *`, and
  # may write into.
  class TypedArray
    include Enumerable

    # @return [Symbol] the element type: one of :int8, :uint8 ... :uint64, :float and :double
    def type
      Native.array_type(self)
    end

    # @return [Integer] how many numbers it has
    def size
      Native.array_count(self)
    end
    alias length size

    # One of the numbers.
    #
    # @param index [Integer] from the end if it is negative
    # @return [Numeric, nil] nil outside the bounds
    def [](index)
      Native.array_get(self, index.negative? ? index + size : index)
    end

    # Call the block with each number.
    #
    # @yieldparam number [Numeric]
    # @return [self, Enumerator]
    def each
      return to_enum { size } unless block_given?

      size.times { |index| yield self[index] }
      self
    end

    # @return [String] the memory itself, in binary
    def bytes
      Native.array_bytes(self)
    end

    def ==(other)
      other.is_a?(TypedArray) && other.type == type && other.to_a == to_a
    end

    def inspect
      "#<#{self.class} #{type} #{to_a}>"
    end
  end

  # A pointer that a C function returned; it can be an argument again.
  class Pointer
    # @return [Integer] where it points
    def address
      Native.pointer_address(self)
    end
    alias to_i address

    # @return [Boolean] whether it points nowhere
    def null?
      address.zero?
    end

    def ==(other)
      other.is_a?(Pointer) && other.address == address
    end

    def inspect
      format("#<%s 0x%x>", self.class, address)
    end
  end

  Native.set_opaque_classes(TypedArray, Pointer)

  # Make a TypedArray: `AsyncResult.array(:double, [1.0, 2.0])`, or one of so many
  # zeros: `AsyncResult.array(:uint8, 1024)`.
  #
  # @param type [Symbol] as TypedArray#type
  # @param numbers [Enumerable<Numeric>, Integer]
  # @return [TypedArray]
  def self.array(type, numbers)
    numbers = ::Array.new(numbers, 0) if numbers.is_a?(::Integer)
    Native.array_new(type, numbers.to_a)
  end
end
